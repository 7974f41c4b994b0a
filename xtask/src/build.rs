//! Builds the page with Trunk and finishes it for static hosts.

use std::fs;
use std::path::{Path, PathBuf};

use crate::arguments::Arguments;
use crate::process::{Failure, command, root, run, step};
use crate::{policy, program, setup, size};

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

/// What is known of the place a page is built for.
#[derive(Clone, Copy, Default)]
pub struct Place<'a> {
    /// The path it will be served from.
    pub base: Option<&'a str>,
    /// The origins it may connect to beside its own; empty: the usual ones.
    pub connect: &'a [String],
}

/// Builds the page into the profile's folder.
pub fn page(profile: Profile, place: Place) -> Result<PathBuf, Failure> {
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
                let style = later_style(&folder)?;
                replace_in(&folder.join("index.html"), PROGRAM, &format!("{style}{program}"))?;
            }
        }
        finish(&folder, place)
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

/// The script of the screen for when the program cannot start.
const RECOVERY: &str = "src/recovery.js";

/// How the style of what does not come with the page is called, before its digest.
pub const LATER: &str = "later";

/// Puts the style of what is loaded on demand beside the page, and returns what the page's head says of it: the program
/// that is loaded with it asks for it (src/rest.rs).
fn later_style(folder: &Path) -> Result<String, Failure> {
    let made = root().join("target/release-page");
    let small = made.join(LATER).with_extension("css");
    program::minify(&made.join("written").join(LATER).with_extension("css"), &small)?;
    let text = fs::read(&small).map_err(|error| format!("cannot read {}: {error}", small.display()))?;
    let digest = policy::digest(&text)?;
    let short: String = digest.chars().filter(char::is_ascii_alphanumeric).skip(6).take(16).collect();
    let name = format!("{LATER}-{short}.css");
    fs::write(folder.join(&name), text).map_err(|error| format!("cannot write {name}: {error}"))?;
    Ok(format!(r#"<meta name="playhead-style" content="./{name}" data-integrity="{digest}">"#))
}

/// Where the program stands in the release page that Trunk is given.
const PROGRAM: &str = "<!--program-->";

/// The page without its comments, with all its style sheets in one, which is smaller and fetched at once, and a place for the
/// program.
fn whole_style() -> Result<PathBuf, Failure> {
    let unreadable = |path: &Path, error| format!("cannot read {}: {error}", path.display());
    let source = root().join("index.html");
    let html = fs::read_to_string(&source).map_err(|error| unreadable(&source, error))?;
    let (mut page, mut style, mut later) = (String::new(), String::new(), String::new());
    for line in without_comments(&html).lines().map(str::trim).filter(|line| !line.starts_with("//")) {
        let sheet = line.strip_prefix(r#"<link data-trunk rel="css" href=""#);
        if let Some(sheet) = sheet.and_then(|rest| rest.split('"').next()) {
            let path = root().join(sheet);
            // Before any script: what is painted first is fetched first.
            if style.is_empty() {
                page.push_str(r#"<link data-trunk data-integrity="sha256" rel="css" href="style.css" />"#);
            }
            let to = if line.contains("data-later") { &mut later } else { &mut style };
            to.push_str(&fs::read_to_string(&path).map_err(|error| unreadable(&path, error))?);
        } else if line.contains(r#"<link data-trunk rel="rust""#) {
            page.push_str(PROGRAM);
        } else {
            page.push_str(line);
            page.push('\n');
        }
    }
    let folder = root().join("target/release-page");
    program::minify(&root().join(RECOVERY), &folder.join(RECOVERY))?;
    let target = folder.join("index.html");
    let written = folder.join("written/style.css");
    fs::create_dir_all(folder.join("written"))
        .map_err(|error| format!("cannot create {}: {error}", folder.display()))?;
    for (path, text) in
        [(&target, page), (&written, style), (&folder.join("written").join(LATER).with_extension("css"), later)]
    {
        fs::write(path, text).map_err(|error| format!("cannot write {}: {error}", path.display()))?;
    }
    program::minify(&written, &folder.join("style.css"))?;
    Ok(target)
}

fn without_comments(html: &str) -> String {
    let mut parts = html.split("<!--");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| text + part.split_once("-->").map_or("", |(_, after)| after))
}

/// Puts `new` where `old` stands in a file.
fn replace_in(path: &Path, old: &str, new: &str) -> Result<(), Failure> {
    let text = fs::read_to_string(path).map_err(|error| format!("cannot read {}: {error}", path.display()))?;
    let (before, after) = text.split_once(old).ok_or_else(|| format!("{} has lost {old}", path.display()))?;
    fs::write(path, format!("{before}{new}{after}"))
        .map_err(|error| format!("cannot write {}: {error}", path.display()))
}

/// Static hosts answer an unknown path with `404.html`: it is the page itself, which then reads the URL.
fn finish(folder: &Path, place: Place) -> Result<(), Failure> {
    let index = folder.join("index.html");
    let built = fs::read_to_string(&index).map_err(|error| format!("cannot read {}: {error}", index.display()))?;
    // What Trunk was told by this, it has done.
    let mut html = links_after_base(&built.replace(r#" data-integrity="sha256""#, ""))?;
    if let Some(base) = place.base {
        html = fixed_base(&html, base)?;
    }
    html = policy::apply(folder, &html, &policy::connect(place.connect)?)?;
    for file in ["index.html", "404.html"] {
        let path = folder.join(file);
        fs::write(&path, &html).map_err(|error| format!("cannot write {}: {error}", path.display()))?;
    }
    Ok(())
}

/// Puts the page's own links (style, preloads, scripts) into a template, from where the first script writes them out when it
/// has set the base.
///
/// Browsers fetch the links they find ahead of running scripts; on a deep link those URLs would be wrong.
/// Inside of a template they are not looked at, and written out by a script they block the first paint as
/// a style sheet must.
fn links_after_base(html: &str) -> Result<String, Failure> {
    let (head, body) = html.split_once("</head>").ok_or("index.html has lost its head")?;
    let (mut links, mut others, mut rest) = (String::new(), String::new(), head);
    while let Some(at) = rest.find("<link ").into_iter().chain(rest.find("<script ")).min() {
        let (before, tag) = rest.split_at(at);
        let end = if tag.starts_with("<link ") { ">" } else { "</script>" };
        let (inner, after) = tag.split_once(end).ok_or("index.html has a tag in its head that does not end")?;
        others.push_str(before);
        let own = inner.contains("href=\"./") || inner.contains("src=\"./");
        let to = if own { &mut links } else { &mut others };
        to.push_str(&format!("{inner}{end}"));
        rest = after;
    }
    let script = "<script>";
    let (before, after) = others.split_once(script).ok_or("index.html has lost its first script")?;
    Ok(format!("{before}<template id=\"links\">{links}</template>\n    {script}{after}{rest}</head>{body}"))
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
    let mut connect = Vec::new();
    while let Some(origin) = arguments.value("--connect")? {
        connect.push(origin);
    }
    arguments.done()?;
    // Said before the minutes of a build.
    policy::connect(&connect)?;
    setup::release()?;
    let folder = page(Profile::Release, Place { base: base.as_deref(), connect: &connect })?;
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
        let script = r#"<script defer src="./a.js"></script>"#;
        let other = r#"<link rel="icon" href="data:,"><script type="module">b()</script>"#;
        let html = links_after_base(&format!("<head>{BASE}{link}{other}{script}<title></head><p>")).unwrap();
        let template = format!(r#"<template id="links">{link}{script}</template>"#);
        assert!(html.contains(&template), "{html}");
        assert!(html.find(&template) < html.find("createElement"), "{html}");
        assert!(html.ends_with(&format!("</script>{other}<title></head><p>")), "{html}");
        assert!(links_after_base("<head></head>").is_err());
    }

    #[test]
    fn a_fixed_base_is_a_plain_path() {
        assert!(fixed_base(BASE, "/a").unwrap().contains(r#"<base href="/a/" />"#));
        for bad in ["a/", "/\"><script>", "//host name"] {
            assert!(fixed_base(BASE, bad).is_err(), "{bad}");
        }
    }
}
