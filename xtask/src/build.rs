//! Builds the page with Trunk and finishes it for static hosts.

use std::fs;
use std::path::{Path, PathBuf};

use crate::arguments::Arguments;
use crate::process::{Failure, command, root, run, step};
use crate::{program, setup, size};

/// Which page to build.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Profile {
    /// Fast to build; for `serve`.
    Dev,
    /// Small; for `build` and the end-to-end tests.
    Release,
}

impl Profile {
    /// Where the finished page lies. Two folders, so that `serve` never overwrites a release.
    pub fn folder(self) -> PathBuf {
        match self {
            Profile::Dev => root().join("target/dist-dev"),
            Profile::Release => root().join("dist"),
        }
    }
}

/// Builds the page into the profile's folder; `base` is the path it will be served from, if it is known.
pub fn page(profile: Profile, base: Option<&str>) -> Result<PathBuf, Failure> {
    let folder = profile.folder();
    let title = match profile {
        Profile::Dev => "Build the page",
        Profile::Release => "Build the page for release (some minutes when cold)",
    };
    step(title, || {
        match profile {
            Profile::Dev => trunk(&folder, None)?,
            Profile::Release => {
                let page = whole_style()?;
                trunk(&folder, Some(&page))?;
                let program = program::build(&folder)?;
                replace_in(&folder.join("index.html"), PROGRAM, &program::head(&program))?;
            }
        }
        finish(&folder, base)
    })?;
    Ok(folder)
}

/// Builds the native program, the command line with the server in it; answers where it is.
pub fn program() -> Result<PathBuf, Failure> {
    run(command("cargo").args(["build", "--locked", "--package", "playhead", "--bin", "playhead"]))?;
    let folder = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), |named| root().join(named));
    Ok(folder.join("debug").join("playhead").with_extension(std::env::consts::EXE_EXTENSION))
}

fn trunk(folder: &Path, page: Option<&Path>) -> Result<(), Failure> {
    let mut trunk = command("trunk");
    trunk.args(["--log", "error", "build", "--offline", "--skip-version-check", "--dist"]).arg(folder);
    if let Some(page) = page {
        trunk.args(["--release=true"]).arg(page);
    }
    run(&mut trunk)
}

/// Where the program stands in the release page that Trunk is given.
const PROGRAM: &str = "<!--program-->";

/// The page with all its style sheets in one, which is smaller and fetched at once, and a place for the program.
fn whole_style() -> Result<PathBuf, Failure> {
    let unreadable = |path: &Path, error| format!("cannot read {}: {error}", path.display());
    let source = root().join("index.html");
    let html = fs::read_to_string(&source).map_err(|error| unreadable(&source, error))?;
    let (mut page, mut style) = (String::new(), String::new());
    for line in html.lines() {
        let sheet = line.trim().strip_prefix(r#"<link data-trunk rel="css" href=""#);
        if let Some(sheet) = sheet.and_then(|rest| rest.split('"').next()) {
            let path = root().join(sheet);
            style.push_str(&fs::read_to_string(&path).map_err(|error| unreadable(&path, error))?);
        } else if line.contains(r#"<link data-trunk rel="rust""#) {
            page.push_str(r#"<link data-trunk rel="css" href="style.css" />"#);
            page.push_str(PROGRAM);
        } else {
            page.push_str(line);
            page.push('\n');
        }
    }
    let folder = root().join("target/release-page");
    fs::create_dir_all(&folder).map_err(|error| format!("cannot create {}: {error}", folder.display()))?;
    let target = folder.join("index.html");
    let written = folder.join("written/style.css");
    fs::create_dir_all(folder.join("written"))
        .map_err(|error| format!("cannot create {}: {error}", folder.display()))?;
    for (path, text) in [(&target, page), (&written, style)] {
        fs::write(path, text).map_err(|error| format!("cannot write {}: {error}", path.display()))?;
    }
    program::minify(&written, &folder)?;
    Ok(target)
}

/// Puts `new` where `old` stands in a file.
pub fn replace_in(path: &Path, old: &str, new: &str) -> Result<(), Failure> {
    let text = fs::read_to_string(path).map_err(|error| format!("cannot read {}: {error}", path.display()))?;
    let (before, after) = text.split_once(old).ok_or_else(|| format!("{} has lost {old}", path.display()))?;
    fs::write(path, format!("{before}{new}{after}"))
        .map_err(|error| format!("cannot write {}: {error}", path.display()))
}

/// Static hosts answer an unknown path with `404.html`: it is the page itself, which then reads the URL.
fn finish(folder: &Path, base: Option<&str>) -> Result<(), Failure> {
    let index = folder.join("index.html");
    let built = fs::read_to_string(&index).map_err(|error| format!("cannot read {}: {error}", index.display()))?;
    let mut html = links_after_base(&built)?;
    if let Some(base) = base {
        html = fixed_base(&html, base)?;
    }
    for file in ["index.html", "404.html"] {
        let path = folder.join(file);
        fs::write(&path, &html).map_err(|error| format!("cannot write {}: {error}", path.display()))?;
    }
    Ok(())
}

/// Lets the page's own links (style, preloads) be read only when the script before them has set the base.
///
/// Browsers fetch the links they find ahead of running scripts; on a deep link those URLs would be wrong.
/// Inside of a template they are not looked at, and written out by a script they block the first paint as
/// a style sheet must.
fn links_after_base(html: &str) -> Result<String, Failure> {
    let script_end = "</script>";
    let base_script = html.find("createElement(\"base\")").and_then(|at| {
        let end = html.get(at..)?.find(script_end)?;
        Some(at + end + script_end.len())
    });
    let (head, mut rest) = base_script
        .and_then(|at| html.split_at_checked(at))
        .ok_or("index.html has lost the script that sets the base")?;
    let (mut links, mut others) = (String::new(), String::new());
    while let Some((before, link)) = rest.split_once("<link ") {
        let (link, after) = link.split_once('>').ok_or("index.html has an open <link")?;
        others.push_str(before);
        let to = if link.contains("href=\"./") { &mut links } else { &mut others };
        to.push_str(&format!("<link {link}>"));
        rest = after;
    }
    Ok(format!(
        "{head}\n    <template id=\"links\">{links}</template>\n    \
         <script>document.write(document.getElementById(\"links\").innerHTML);</script>{others}{rest}"
    ))
}

/// Puts a fixed base before the script that would otherwise work it out from the URL.
fn fixed_base(html: &str, base: &str) -> Result<String, Failure> {
    let plain = base.starts_with('/') && base.chars().all(|c| c.is_ascii_alphanumeric() || "/-._~".contains(c));
    if !plain {
        return Err(format!("--base wants a path like /playhead/, not {base:?}"));
    }
    let slash = if base.ends_with('/') { "" } else { "/" };
    let charset = r#"<meta charset="utf-8""#;
    let at = html.find(charset).ok_or("index.html has lost its charset line, where the base is put")?;
    let (head, rest) = html.split_at(at);
    Ok(format!("{head}<base href=\"{base}{slash}\" />{rest}"))
}

/// `cargo xtask build`: the release page, weighed.
pub fn release(arguments: &mut Arguments) -> Result<(), Failure> {
    let base = arguments.value("--base")?;
    arguments.done()?;
    setup::release()?;
    let folder = page(Profile::Release, base.as_deref())?;
    step("Weigh the first load", || size::gate(&folder))?;
    println!("\ndist/ is ready for any static host (see README.md)");
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const BASE: &str = r#"<meta charset="utf-8" /><script>document.createElement("base")</script>"#;

    #[test]
    fn links_of_the_page_wait_for_the_base() {
        let link = r#"<link rel="stylesheet" href="./main.css">"#;
        let other = r#"<link rel="icon" href="data:,">"#;
        let html = links_after_base(&format!("{BASE}{link}{other}<p>")).unwrap();
        assert!(html.contains(&format!(r#"<template id="links">{link}</template>"#)), "{html}");
        assert!(html.ends_with(&format!("</script>{other}<p>")), "{html}");
        assert!(links_after_base(link).is_err());
    }

    #[test]
    fn a_fixed_base_is_a_plain_path() {
        assert!(fixed_base(BASE, "/a").unwrap().contains(r#"<base href="/a/" />"#));
        for bad in ["a/", "/\"><script>", "//host name"] {
            assert!(fixed_base(BASE, bad).is_err(), "{bad}");
        }
    }
}
