//! What the project relies on: every dependency has its reason beside it, and `unsafe` has one place.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use std::path::{Path, PathBuf};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The dependencies of a manifest that no comment stands above.
fn without_reason(manifest: &str) -> Vec<String> {
    let (mut found, mut reason, mut listed) = (Vec::new(), false, false);
    for line in manifest.lines() {
        if line.starts_with('[') {
            listed = line.ends_with("dependencies]");
        } else if listed && line.starts_with(|c: char| c.is_ascii_alphabetic()) && !reason {
            found.push(line.to_owned());
        }
        reason = line.trim_start_matches("# ").len() >= 10 && line.starts_with("# ");
    }
    found
}

#[test]
fn every_dependency_has_its_reason_above_it() {
    let manifests = ["Cargo.toml", "macros/Cargo.toml", "xtask/Cargo.toml"];
    let listed = std::fs::read_to_string(root().join("Cargo.toml")).unwrap();
    assert!(listed.contains(r#"members = [".", "macros", "xtask"]"#), "the workspace has other manifests");
    for manifest in manifests {
        let text = std::fs::read_to_string(root().join(manifest)).unwrap();
        assert_eq!(without_reason(&text), [""; 0], "{manifest}");
    }
}

#[test]
fn a_dependency_without_a_reason_is_found() {
    let manifest = "[package]\nname = \"a\"\n\n[dependencies]\n# Reads what is written.\nb = \"1\"\nc = \"1\"\n\n[dev-dependencies]\nd = \"1\"\n";
    assert_eq!(without_reason(manifest), ["c = \"1\"", "d = \"1\""]);
}

#[test]
fn unsafe_code_is_allowed_at_the_seam_and_nowhere_else() {
    let manifest = std::fs::read_to_string(root().join("Cargo.toml")).unwrap();
    assert!(manifest.contains("\n[workspace.lints.rust]\nunsafe_code = \"deny\"\n"));
    let of_commands = std::fs::read_to_string(root().join("xtask/Cargo.toml")).unwrap();
    assert!(of_commands.contains("\nunsafe_code = \"forbid\"\n"));
    // Put together, as this file is looked at too.
    let ways = ["allow", "expect"].map(|how| format!("{how}(unsafe_code"));
    let mut allowing = Vec::new();
    let mut folders: Vec<PathBuf> = ["src", "macros", "xtask", "tests", "benches"].map(|name| root().join(name)).into();
    while let Some(folder) = folders.pop() {
        for path in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = std::fs::read_to_string(&path).unwrap();
                if ways.iter().any(|way| text.contains(way)) {
                    allowing.push(path.strip_prefix(root()).unwrap().to_owned());
                }
            }
        }
    }
    assert_eq!(allowing, [PathBuf::from("src/rest.rs")]);
}
