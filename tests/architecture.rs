//! The modules' arrows: `console → client → api ← backend → simulator → lifecycle`; `console` and `client` speak the
//! lifecycle's words too (actions, kinds, ids), and the loopback transport calls the backend.
//! An import that runs against them fails here, with its place.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use std::fs;
use std::path::{Path, PathBuf};

/// What a module may know.
struct Module {
    name: &'static str,
    /// Other modules of this crate.
    modules: &'static [&'static str],
    /// Whether it may speak to the browser.
    browser: bool,
    /// Whether it may know JSON and its derives.
    json: bool,
}

const MODULES: [Module; 8] = [
    Module { name: "lifecycle", modules: &[], browser: false, json: false },
    Module { name: "simulator", modules: &["lifecycle"], browser: false, json: true },
    Module { name: "api", modules: &[], browser: false, json: true },
    Module { name: "backend", modules: &["api", "simulator", "lifecycle"], browser: false, json: true },
    Module { name: "client", modules: &["api", "lifecycle"], browser: true, json: true },
    Module { name: "console", modules: &["client", "api", "lifecycle"], browser: true, json: true },
    Module { name: "server", modules: &["backend", "api", "client"], browser: false, json: true },
    Module { name: "cli", modules: &["client", "api", "lifecycle", "server", "backend"], browser: false, json: true },
];

/// A file that may know one module more, with the reason.
const EXCEPTIONS: [(&str, &str); 1] = [
    // The loopback transport calls the backend's one function.
    ("src/client/loopback", "backend"),
];

const BROWSER_CRATES: [&str; 9] = [
    "leptos",
    "leptos_router",
    "leptos_use",
    "reactive_stores",
    "web_sys",
    "js_sys",
    "wasm_bindgen",
    "wasm_bindgen_futures",
    "gloo_net",
];
/// `schemars` says what JSON looks like: who may not know the one may not know the other.
const JSON_CRATES: [&str; 3] = ["serde", "serde_json", "schemars"];

#[test]
fn no_import_runs_against_the_arrows() {
    let against: Vec<String> = sources().iter().flat_map(|path| violations(path)).collect();
    assert!(against.is_empty(), "\n{}", against.join("\n"));
}

#[test]
fn every_module_has_its_rule() {
    for path in sources() {
        let name = module_of(&path);
        let known = MODULES.iter().any(|module| module.name == name);
        assert!(
            known || ["lib", "main", "rest"].contains(&name.as_str()),
            "{}: a module without a rule",
            path.display()
        );
    }
}

#[test]
fn the_rule_finds_imports_however_they_are_written() {
    let imports = |text: &str| imported(text, "crate");
    assert_eq!(imports("use crate::api::Route;"), ["api"]);
    assert_eq!(imports("use crate::{api::{self, Route}, lifecycle};"), ["api", "lifecycle"]);
    assert_eq!(imports("let x = crate::backend::handle(request);"), ["backend"]);
    assert_eq!(imports("pub(crate) fn f() {} // crate::api in words"), [""; 0]);
    assert_eq!(imports("/// see [`crate::console`]\nfn f() {}"), [""; 0]);
    assert!(mentions("use serde::Serialize;", "serde"));
    assert!(mentions("#[derive(serde::Serialize)]", "serde"));
    assert!(!mentions("use my_serde::x; // serde::Serialize", "serde"));
}

fn violations(path: &Path) -> Vec<String> {
    let name = module_of(path);
    let Some(module) = MODULES.iter().find(|module| module.name == name) else {
        return Vec::new();
    };
    let text = fs::read_to_string(path).unwrap();
    let place = path.strip_prefix(env!("CARGO_MANIFEST_DIR")).unwrap().display().to_string();
    let mut found = Vec::new();
    for other in imported(&text, "crate") {
        let is_module = MODULES.iter().any(|module| module.name == other);
        let allowed = other == module.name
            || module.modules.contains(&other.as_str())
            || EXCEPTIONS.iter().any(|(start, more)| place.starts_with(start) && other == *more);
        if is_module && !allowed {
            found.push(format!("{place}: {name} may not know {other}"));
        }
    }
    let mut forbid = |crates: &[&str], why: &str| {
        for name in crates.iter().filter(|name| mentions(&text, name)) {
            found.push(format!("{place}: {why} ({name})"));
        }
    };
    if !module.browser {
        forbid(&BROWSER_CRATES, "may not know the browser");
    }
    if !module.json {
        forbid(&JSON_CRATES, "may not know JSON");
    }
    found
}

/// The first segments of every path that begins with `root::`, groups in braces included.
fn imported(text: &str, root: &str) -> Vec<String> {
    let code = without_comments(text);
    let start = format!("{root}::");
    let mut names = Vec::new();
    for (at, _) in code.match_indices(&start) {
        let before = code[..at].chars().next_back();
        if before.is_some_and(|c| c.is_alphanumeric() || c == '_') {
            continue;
        }
        names.extend(heads(&code[at + start.len()..]));
    }
    names.sort();
    names.dedup();
    names
}

/// `api::x` has the head `api`; `{api::{a, b}, lifecycle}` has two.
fn heads(path: &str) -> Vec<String> {
    let identifier =
        |text: &str| -> String { text.trim_start().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect() };
    let Some(group) = path.strip_prefix('{') else {
        return vec![identifier(path)];
    };
    let mut heads = Vec::new();
    let (mut depth, mut from) = (0_usize, 0);
    for (at, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => {
                heads.push(identifier(&group[from..at]));
                break;
            }
            '}' => depth -= 1,
            ',' if depth == 0 => {
                heads.push(identifier(&group[from..at]));
                from = at + 1;
            }
            _ => {}
        }
    }
    heads.retain(|head| !head.is_empty());
    heads
}

/// Whether the code names the crate, in a path or a `use`.
fn mentions(text: &str, name: &str) -> bool {
    let code = without_comments(text);
    code.match_indices(name).any(|(at, _)| {
        let before = code[..at].chars().next_back();
        let after = &code[at + name.len()..];
        let starts = !before.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == ':');
        starts && (after.starts_with("::") || (code[..at].ends_with("use ") && after.starts_with(';')))
    })
}

/// Without line comments. A `//` inside of a string cuts the rest of its line off too, which hides nothing
/// that is written one statement a line, as the formatter does.
fn without_comments(text: &str) -> String {
    text.lines().map(|line| line.split("//").next().unwrap_or(line)).collect::<Vec<_>>().join("\n")
}

/// The module a file belongs to: `src/backend/store.rs` and `src/backend.rs` are of `backend`.
fn module_of(path: &Path) -> String {
    let inner = path.strip_prefix(source_folder()).unwrap();
    inner.iter().next().unwrap().to_string_lossy().trim_end_matches(".rs").to_owned()
}

fn source_folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

fn sources() -> Vec<PathBuf> {
    let mut folders = vec![source_folder()];
    let mut files = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                files.push(path);
            }
        }
    }
    assert!(!files.is_empty(), "no sources found");
    files.sort();
    files
}
