//! THREATS.md names the test of every promise: they exist.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use std::path::Path;

/// Whether a file has a test of that name: a function after `#[test]`, or a title of Playwright's.
fn has_test(text: &str, name: &str) -> bool {
    let function = text.split("#[test]").skip(1).any(|rest| rest.trim_start().starts_with(&format!("fn {name}()")));
    let title = ['"', '`'].iter().any(|quote| text.contains(&format!("test({quote}{name}{quote},")));
    function || title
}

#[test]
fn every_promise_has_its_test() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let threats = std::fs::read_to_string(root.join("THREATS.md")).unwrap();
    let (_, promises) = threats.split_once("\n## Promises\n").unwrap();
    let promises: Vec<&str> = promises.lines().filter(|line| line.starts_with("- ")).collect();
    assert!(promises.len() > 20);
    for promise in promises {
        let (_, test) = promise.rsplit_once(" – `").unwrap_or_else(|| panic!("no test: {promise}"));
        let (file, name) =
            test.trim_end_matches('`').split_once("`: `").unwrap_or_else(|| panic!("no name: {promise}"));
        let text = std::fs::read_to_string(root.join(file)).unwrap_or_else(|error| panic!("{file}: {error}"));
        assert!(has_test(&text, name), "{file} has no test {name:?}");
    }
}

#[test]
fn a_test_that_is_not_there_is_noticed() {
    let text = "#[test]\nfn one() {}\nfn two() {}\n  test(`three ${x}`, async () => {});\n// test four\n";
    for (name, there) in [("one", true), ("two", false), ("three ${x}", true), ("four", false), ("on", false)] {
        assert_eq!(has_test(text, name), there, "{name}");
    }
}
