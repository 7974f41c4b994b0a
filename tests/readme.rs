//! The lines to type that the README's tables name are understood by the program.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use std::process::Stdio;

#[path = "kit/server.rs"]
mod kit;
#[path = "kit/readme.rs"]
mod readme;

#[test]
fn every_command_line_of_the_table_is_understood() {
    let lines = readme::lines();
    assert!(lines.len() >= 12, "{lines:?}");
    // All at once: each asks three times before it gives up.
    let begun = lines.into_iter().map(|line| {
        let given = line.replace("ENV", "staging").replace("SERVICE", "web").replace("SHA", "0af3");
        let mut program = kit::program();
        program.args(given.split(' '));
        program.args(["--api-url", "http://127.0.0.1:1/api", "--organization", "o", "--project", "p"]);
        (line, program.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap())
    });
    for (line, child) in begun.collect::<Vec<_>>() {
        let output = child.wait_with_output().unwrap();
        // Understood, and nobody is there: a line with a mistake in it would be refused before (2).
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(4), "playhead {line}: {told}");
    }
}
