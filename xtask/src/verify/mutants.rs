//! Whether the tests of the law notice when the law is broken: cargo-mutants breaks `src/lifecycle` and `src/simulator` in
//! every way it knows, one at a time, and of each the tests have to fail.
//!
//! These folders need next to nothing of the rest, so they and their tests are copied into a package of their own: there
//! a mutant is built in a second, not in a minute. All mutants are judged by the quick tests of the law, and those that
//! survive by all of them, the search of small worlds included. Who survives that too is in `tests/mutants.txt`, with the
//! reason why no test can tell it from the law – or the step fails. Half an hour on one core.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::process::{Failure, command, read, root, run, step, targets};
use crate::setup;

use super::Figure;

/// Who may survive, and why.
const EXPLAINED: &str = "tests/mutants.txt";
/// What is broken.
const FOLDERS: [&str; 2] = ["src/lifecycle", "src/simulator"];
/// What tests it, beside `tests/law_*.rs`, and what those share.
const TESTS: [&str; 7] = [
    "model.rs",
    "model",
    "simulator_log.rs",
    "kit/worlds.rs",
    "kit/sequences.rs",
    "snapshots/law_tables__rule.snap",
    "snapshots/replay.snap",
];
/// Tests that take seconds: only what survives the others is put to them.
const SLOW: [&str; 2] = ["law_properties", "model::"];
/// The most memory a process may take, in kB: a mutant that never ends does not take all there is with it.
const MEMORY: &str = "8000000";

const MANIFEST: &str = "\
[package]
name = \"playhead\"
version = \"0.0.0\"
edition = \"2024\"
autotests = false

[workspace]

[lib]
doctest = false

[dependencies]
litemap = { version = \"0.8\", default-features = false, features = [\"alloc\"] }
thiserror = \"2\"

[dev-dependencies]
insta = \"1\"

[profile.dev]
debug = false

# For the slow tests.
[profile.verify]
inherits = \"dev\"
opt-level = 1
";

/// Breaks the law in every way; what is noticed is killed, what is not is left.
pub fn verify() -> Result<Vec<Figure>, Failure> {
    setup::cargo_mutants()?;
    let folder = root().join("target/mutants");
    let package = folder.join("package");
    write_package(&package)?;
    // The versions are those of the lock file, less what is not needed here.
    run(cargo(&package).args(["update", "--quiet", "--workspace"]))?;
    let all = keys(&read(mutants(&package, &folder).arg("--list"))?);
    let quick: Vec<&str> = SLOW.iter().flat_map(|name| ["--skip", name]).collect();
    step(&format!("Put {} mutants to the quick tests of the law", all.len()), || {
        test(mutants(&package, &folder).args(["--", "--lib", "--"]).args(quick))
    })?;
    let told = |name: &str| names(&folder.join("mutants.out"), name);
    let (unviable, mut timeouts) = (told("unviable")?.len(), told("timeout")?);
    step(&format!("Put the {} that are left to all of them", told("missed")?.len()), || {
        test(mutants(&package, &folder).args(["--iterate", "--profile", "verify", "--", "--lib"]))
    })?;
    timeouts.extend(told("timeout")?);
    timeouts.sort();
    timeouts.dedup();
    let missed = told("missed")?;
    let called = |name| all.get(name).map_or(name, String::as_str);
    let left: Vec<&str> = missed.iter().map(|name| called(name)).collect();
    let ended: Vec<&str> = timeouts.iter().map(|name| called(name)).collect();
    let text = fs::read_to_string(root().join(EXPLAINED)).unwrap_or_default();
    compare(&left, &ended, &explained(&text)?)?;
    let figure = |name: &str, number: usize| Figure::Counted(name.to_owned(), number as u64);
    Ok(vec![
        figure("mutants killed", all.len() - unviable - left.len()),
        figure("of these, by time", timeouts.len()),
        figure("mutants left, explained", left.len()),
        figure("mutants that do not build", unviable),
    ])
}

/// A package of what is broken and what tests it, under the names it has here.
fn write_package(package: &Path) -> Result<(), Failure> {
    for part in ["src", "tests"] {
        // What is not there any more is not tested.
        let _ = fs::remove_dir_all(package.join(part));
    }
    let laws = targets("tests", "law_")?;
    let mut library = String::from("#![allow(dead_code)]\n#[cfg(test)]\nextern crate self as playhead;\n");
    for folder in FOLDERS {
        copy(folder, package)?;
        copy(&format!("{folder}.rs"), package)?;
        let _ = writeln!(library, "pub mod {};", folder.trim_start_matches("src/"));
    }
    for test in TESTS {
        copy(&format!("tests/{test}"), package)?;
    }
    for name in laws.iter().map(String::as_str).chain(["model", "simulator_log"]) {
        if name.starts_with("law_") {
            copy(&format!("tests/{name}.rs"), package)?;
        }
        // One program of all tests, which is linked once for each mutant.
        let _ = writeln!(library, "#[cfg(test)]\n#[path = \"../tests/{name}.rs\"]\nmod {name};");
    }
    let snapshots = package.join("tests/snapshots");
    fs::rename(snapshots.join("law_tables__rule.snap"), snapshots.join("playhead__law_tables__rule.snap"))
        .map_err(|error| format!("cannot rename the snapshot of the rule: {error}"))?;
    copy("Cargo.lock", package)?;
    write(&package.join("Cargo.toml"), MANIFEST)?;
    write(&package.join("src/lib.rs"), &library)
}

/// Copies a file or a folder of the repository to the same place in the package.
fn copy(path: &str, package: &Path) -> Result<(), Failure> {
    let (from, to) = (root().join(path), package.join(path));
    let fail = |error| format!("cannot copy {path}: {error}");
    if from.is_dir() {
        for entry in fs::read_dir(&from).map_err(fail)?.flatten() {
            copy(&format!("{path}/{}", entry.file_name().to_string_lossy()), package)?;
        }
        return Ok(());
    }
    to.parent().map_or(Ok(()), fs::create_dir_all).and_then(|()| fs::copy(from, to)).map(|_| ()).map_err(fail)
}

fn write(path: &PathBuf, text: &str) -> Result<(), Failure> {
    fs::write(path, text).map_err(|error| format!("cannot write {}: {error}", path.display()))
}

fn cargo(package: &Path) -> Command {
    let mut cargo = command("cargo");
    // A package beside this one, with a target folder of its own.
    cargo.current_dir(package).env_remove("CARGO_TARGET_DIR").env("INSTA_UPDATE", "no");
    cargo
}

/// cargo-mutants on the package; what it writes down is in the folder.
fn mutants(package: &Path, folder: &Path) -> Command {
    let mut mutants = command(if cfg!(unix) { "sh" } else { "cargo" });
    if cfg!(unix) {
        mutants.args(["-c", "ulimit -v \"$0\" 2> /dev/null; exec \"$@\"", MEMORY, "cargo"]);
    }
    mutants.current_dir(package).env_remove("CARGO_TARGET_DIR").env("INSTA_UPDATE", "no");
    mutants.args(["mutants", "--in-place", "--no-config", "--colors", "never", "--minimum-test-timeout", "20"]);
    mutants.arg("--output").arg(folder);
    for broken in FOLDERS {
        mutants.arg("--file").arg(format!("{broken}/**"));
    }
    mutants
}

/// Runs cargo-mutants to its end: that some mutants survive, or never end, is no failure of it.
fn test(mutants: &mut Command) -> Result<(), Failure> {
    let status = mutants.status().map_err(|error| format!("cannot start cargo-mutants: {error}"))?;
    match status.code() {
        Some(0 | 2 | 3) => Ok(()),
        _ => Err(format!("cargo-mutants failed ({status}); see above")),
    }
}

/// The mutants that it has written down under this outcome.
fn names(out: &Path, outcome: &str) -> Result<Vec<String>, Failure> {
    let path = out.join(format!("{outcome}.txt"));
    let text = fs::read_to_string(&path).map_err(|error| format!("cannot read {}: {error}", path.display()))?;
    Ok(text.lines().map(str::to_owned).collect())
}

/// What each mutant is called in the list, by what cargo-mutants calls it: without its line, so that the list stays
/// true when something else is edited. Where one function has several of a sort, they are counted.
fn keys(list: &str) -> BTreeMap<String, String> {
    let without_line = |name: &str| {
        let (file, rest) = name.split_once(':')?;
        Some(format!("{file}: {}", rest.split_once(": ")?.1))
    };
    let mut same: BTreeMap<String, usize> = BTreeMap::new();
    let names = || list.lines().filter_map(|name| Some((name, without_line(name)?)));
    for (_, key) in names() {
        *same.entry(key).or_default() += 1;
    }
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    let numbered = |(name, key): (&str, String)| {
        let number = seen.entry(key.clone()).or_default();
        *number += 1;
        let key = if same.get(&key) > Some(&1) { format!("{key} ({number})") } else { key };
        (name.to_owned(), key)
    };
    names().map(numbered).collect()
}

/// The mutants of the list with their reasons: what they are, and below it, indented, why no test can tell.
fn explained(text: &str) -> Result<BTreeMap<&str, &str>, Failure> {
    let mut explained = BTreeMap::new();
    let mut open: Vec<&str> = Vec::new();
    for line in text.lines().filter(|line| !line.starts_with('#') && !line.trim().is_empty()) {
        match line.strip_prefix("    ") {
            // One reason may be that of several.
            Some(reason) => explained.extend(open.drain(..).map(|mutant| (mutant, reason))),
            None => open.push(line),
        }
    }
    match open.first() {
        None => Ok(explained),
        Some(mutant) => Err(format!("{EXPLAINED}: no reason is given for {mutant}")),
    }
}

/// The list names exactly those that are left; or were ended by time, as on a slow machine a mutant may be that no test
/// notices.
fn compare(left: &[&str], ended: &[&str], explained: &BTreeMap<&str, &str>) -> Result<(), Failure> {
    let mut wrong = String::new();
    for mutant in left.iter().filter(|mutant| !explained.contains_key(*mutant)) {
        let _ = write!(wrong, "\n  survives, and is not explained: {mutant}");
    }
    for mutant in explained.keys().filter(|mutant| !left.contains(mutant) && !ended.contains(mutant)) {
        let _ = write!(wrong, "\n  is explained, and was killed or is gone: {mutant}");
    }
    if wrong.is_empty() { Ok(()) } else { Err(format!("{EXPLAINED} does not name who is left:{wrong}")) }
}

#[cfg(test)]
mod tests {
    use super::{compare, explained, keys};

    #[test]
    fn a_mutant_is_known_by_its_file_and_what_it_does_whatever_its_line() {
        let list = "src/a.rs:1:2: replace == with != in f\nsrc/a.rs:3:4: replace || with && in g\n\
                    src/a.rs:9:4: replace || with && in g\n";
        let keys: Vec<String> = keys(list).into_values().collect();
        let expected = ["replace == with != in f", "replace || with && in g (1)", "replace || with && in g (2)"];
        assert_eq!(keys, expected.map(|key| format!("src/a.rs: {key}")));
    }

    #[test]
    fn the_list_names_exactly_those_that_are_left() {
        let text = "# words\n\na\nb\n    nobody can tell\nc\n    because\n";
        let explained = explained(text).unwrap_or_default();
        assert_eq!(explained.get("b"), Some(&"nobody can tell"));
        assert_eq!(compare(&["a", "b", "c"], &[], &explained), Ok(()));
        assert_eq!(compare(&["a", "b"], &["c"], &explained), Ok(()));
        assert!(compare(&["a", "b", "c", "d"], &[], &explained).is_err_and(|why| why.contains("not explained: d")));
        assert!(compare(&["a", "b"], &["d"], &explained).is_err_and(|why| why.contains("gone: c")));
        assert!(super::explained("a\n").is_err());
    }
}
