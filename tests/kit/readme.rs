//! The lines to type that the README names.

/// The code spans of the README's tables that are command lines, without the program's name.
pub fn lines() -> Vec<String> {
    let readme = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/README.md")).unwrap();
    let tables = readme.lines().filter(|line| line.starts_with('|'));
    let spans = tables.flat_map(|line| line.split('`').skip(1).step_by(2).map(str::to_owned).collect::<Vec<_>>());
    spans.filter_map(|span| span.strip_prefix("playhead ").map(str::to_owned)).collect()
}
