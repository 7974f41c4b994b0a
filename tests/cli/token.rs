//! The tokens of a server on this machine, as who runs it meets them.

use std::path::Path;
use std::process::Command;

use super::host::{Ran, bare, ran};
use super::kit::Folder;

/// The command that is shown between backticks, pasted into a shell in a folder.
fn pasted(folder: &Path, told: &str) -> Ran {
    let command = told.split('`').nth(1).unwrap_or_else(|| panic!("no command: {told}"));
    let program = Path::new(env!("CARGO_BIN_EXE_playhead")).parent().unwrap();
    let mut shell = Command::new("/bin/sh");
    ran(shell.args(["-c", command]).env_clear().env("PATH", program).current_dir(folder))
}

#[test]
fn how_to_make_a_token_is_told_as_a_command_that_works_when_it_is_pasted() {
    let folder = Folder::new();
    let data = folder.0.join("Ada's data");
    let run = |arguments: &str| ran(bare(arguments).arg("--data").arg(&data));
    let open = run("serve --host 0.0.0.0 --port 0");
    assert_eq!(open.code, Some(2), "{open:?}");
    // A token of the folder, not of the usual one.
    pasted(&folder.0, &open.err);
    let last = run("token revoke NAME").tells("No token is left");
    pasted(&folder.0, &last.err);
    let list = run("token list").ends_with(0);
    assert!(list.out.lines().nth(1).is_some_and(|line| line.starts_with("NAME ")), "{list:?}");
}

#[test]
fn the_tokens_are_a_table_and_where_there_is_none_it_is_said_how_to_make_one() {
    let folder = Folder::new();
    let run = |arguments: &str| ran(bare(arguments).arg("--data").arg(&folder.0));
    run("token create pipeline-of-a-rather-long-name").ends_with(0);
    let list = run("token list").ends_with(0).out;
    let rows: Vec<Vec<&str>> = list.lines().map(|line| line.split_whitespace().collect()).collect();
    assert_eq!(rows[0], ["NAME", "SCOPE", "CREATED"]);
    assert_eq!(rows[1][..2], ["pipeline-of-a-rather-long-name", "read"]);
    run("token revoke pipeline-of-a-rather-long-name").ends_with(0);
    let none = run("token list").ends_with(0).tells("There is no token");
    assert_eq!(none.out, "");
    pasted(&folder.0, &none.err);
    run("token list").ends_with(0).says("NAME ");
}

#[test]
fn a_token_that_is_not_there_is_told_with_those_that_are() {
    let folder = Folder::new();
    let run = |arguments: &str| ran(bare(arguments).arg("--data").arg(&folder.0));
    run("token create pipeline").tells("the only time");
    run("token revoke pipelin").ends_with(2).tells("there is no token called \"pipelin\". There are: pipeline.");
    run("token revoke pipeline").tells("No token is left");
    run("token revoke pipeline").ends_with(2).tells("There is none.");
}
