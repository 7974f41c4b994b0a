//! Mutation testing: [cargo-mutants](https://mutants.rs) breaks one thing after another in the lifecycle and the simulator,
//! and a test has to fail. What no test notices is compared with `tests/mutants.txt`, where each survivor has its reason.
//!
//! Very long: every mutant is compiled and tested on its own.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use crate::process::{Failure, command, root, watch};
use crate::setup;

use super::Figure;

/// The tests that judge a mutant: those of the law, and the search of small worlds. The quickest to fail first.
const TESTS: [&str; 9] = [
    "law_tables",
    "law_transitions",
    "law_rollup",
    "law_queue",
    "law_cancel",
    "law_runs",
    "simulator_log",
    "model",
    "dst",
];
/// How long the tests of one mutant may take, in seconds: some make a loop endless.
const TIMEOUT: &str = "180";
const EXPLAINED: &str = "tests/mutants.txt";
/// A list of files, for a look at some of them: `PLAYHEAD_MUTANTS=src/lifecycle/rule.rs`.
const SOME: &str = "PLAYHEAD_MUTANTS";

/// Breaks everything once.
pub fn verify() -> Result<Vec<Figure>, Failure> {
    setup::mutants()?;
    let files = std::env::var(SOME).unwrap_or_else(|_| "src/lifecycle/**,src/simulator/**".into());
    let output = root().join("target/mutants");
    let mut mutants = command("cargo");
    mutants.args(["mutants", "--package", "playhead", "--jobs", "2", "--timeout", TIMEOUT, "--no-times", "--output"]);
    mutants.arg(&output);
    for file in files.split(',') {
        mutants.args(["--file", file]);
    }
    mutants.args(["--", "--locked"]).args(TESTS.iter().flat_map(|test| ["--test", test]));
    // It ends badly where mutants survive; which of them may is said below.
    let _ = watch(&mut mutants)?;
    let told = output.join("mutants.out");
    let (killed, mut survivors) = (read(&told, "caught.txt")?, read(&told, "missed.txt")?);
    let timeouts = read(&told, "timeout.txt")?;
    let explained = explained()?;
    let number = survivors.len() as u64;
    let killed = (killed.len() + timeouts.len()) as u64;
    if killed + number == 0 {
        return Err("nothing was broken: see what cargo-mutants says above".into());
    }
    survivors.retain(|survivor| !explained.contains(&place(survivor)));
    if survivors.is_empty() {
        return Ok(vec![("mutants killed".into(), killed), ("mutants left, explained".into(), number)]);
    }
    let list = survivors.join("\n  ");
    Err(format!("no test notices these mutants; test it, or say in {EXPLAINED} why it makes no difference:\n  {list}"))
}

fn read(folder: &Path, name: &str) -> Result<Vec<String>, Failure> {
    let path = folder.join(name);
    let text = fs::read_to_string(&path).map_err(|error| format!("cannot read {}: {error}", path.display()))?;
    Ok(text.lines().map(str::to_owned).collect())
}

/// The survivors that are explained: the lines that are neither empty nor a reason (`#`).
fn explained() -> Result<BTreeSet<String>, Failure> {
    let lines = read(&root(), EXPLAINED)?;
    Ok(lines.into_iter().filter(|line| !line.is_empty() && !line.starts_with('#')).collect())
}

/// A mutant without its line and column, which change with every edit: `src/a.rs: replace f with ()`.
fn place(mutant: &str) -> String {
    let mut parts = mutant.splitn(4, ':');
    match (parts.next(), parts.next(), parts.next(), parts.next()) {
        (Some(file), Some(_), Some(_), Some(what)) => format!("{file}:{what}"),
        _ => mutant.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_mutant_is_known_without_its_line() {
        let told = "src/lifecycle/rule.rs:95:5: replace scope -> Result<(), Refusal> with Ok(())";
        assert_eq!(super::place(told), "src/lifecycle/rule.rs: replace scope -> Result<(), Refusal> with Ok(())");
    }
}
