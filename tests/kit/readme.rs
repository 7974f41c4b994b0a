//! The lines to type that the README names.
#![allow(dead_code)]

fn text() -> String {
    std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/README.md")).unwrap()
}

/// The code spans of the README's tables that begin so, without that.
fn spans(begin: &str) -> Vec<String> {
    let text = text();
    let tables = text.lines().filter(|line| line.starts_with('|'));
    let spans = tables.flat_map(|line| line.split('`').skip(1).step_by(2));
    spans.filter_map(|span| span.strip_prefix(begin).map(str::to_owned)).collect()
}

/// The command lines, without the program's name.
pub fn lines() -> Vec<String> {
    spans("playhead ")
}

/// The calls over HTTP, as what stands behind `api`.
pub fn calls() -> Vec<String> {
    spans("api ")
}

/// What `api` is to a shell.
pub fn api() -> String {
    text().lines().find(|line| line.starts_with("api() {")).unwrap().to_owned()
}
