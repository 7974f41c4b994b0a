//! `cargo xtask test`: every check and test there is, and one line at the end that counts them.

use std::path::PathBuf;

use crate::arguments::Arguments;
use crate::build::{self, Profile};
use crate::e2e;
use crate::process::{self, Failure, command, root, run, step, watch};
use crate::report::{self, Count};
use crate::setup::{self, Browser, TARGET};
use crate::size;

/// A part of the tests.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Suite {
    Format,
    ClippyHost,
    ClippyWasm,
    Native,
    Browser,
    Contract,
    EndToEnd,
    Size,
}

/// In the order they run in: the quickest to fail first.
const SUITES: [(Suite, &str); 8] = [
    (Suite::Format, "format"),
    (Suite::ClippyHost, "clippy"),
    (Suite::ClippyWasm, "clippy-wasm"),
    (Suite::Native, "native"),
    (Suite::Browser, "browser"),
    (Suite::Contract, "contract"),
    (Suite::EndToEnd, "e2e"),
    (Suite::Size, "size"),
];

/// Runs the suites, all unless `--only` names some; a failing one does not keep the next from running.
pub fn test(arguments: &mut Arguments) -> Result<(), Failure> {
    let extra = arguments.after_dashes();
    let mut chosen = Vec::new();
    while let Some(name) = arguments.value("--only")? {
        match SUITES.into_iter().find(|(_, known)| *known == name) {
            Some(suite) => chosen.push(suite),
            None => return Err(format!("unknown suite {name}; see `cargo xtask help`")),
        }
    }
    arguments.done()?;
    if chosen.is_empty() {
        chosen.extend(SUITES);
    }
    let mut counts = Vec::new();
    let mut page = Page::default();
    for (suite, name) in chosen {
        let count = step(&format!("Test: {name}"), || run_suite(suite, &mut page, &extra));
        counts.push((
            name,
            count.unwrap_or_else(|failure| {
                eprintln!("  {failure}");
                Count::check(false)
            }),
        ));
    }
    sum_up(&counts)
}

/// The release page, built when the first suite asks for it.
#[derive(Default)]
struct Page(Option<Result<PathBuf, Failure>>);

impl Page {
    fn folder(&mut self) -> Result<PathBuf, Failure> {
        let build = || setup::release().and_then(|()| build::page(Profile::Release, build::Place::default()));
        self.0.get_or_insert_with(build).clone()
    }
}

fn run_suite(suite: Suite, page: &mut Page, extra: &[String]) -> Result<Count, Failure> {
    match suite {
        Suite::Format => check(&["fmt", "--all", "--check"]),
        Suite::ClippyHost => check(&["clippy", "--workspace", "--all-targets", "--locked", "--", "-D", "warnings"]),
        Suite::ClippyWasm => {
            setup::wasm_target()?;
            // The program in one part, as it is served and tested, and in two, as it is released.
            check(&["clippy", "--target", TARGET, "--all-targets", "--locked", "--", "-D", "warnings"])?;
            check(&["clippy", "--target", TARGET, "--features", "split", "--locked", "--", "-D", "warnings"])
        }
        Suite::Native => {
            setup::world_file_tools()?;
            let mut cargo = command("cargo");
            cargo.args(["test", "--workspace", "--locked", "--no-fail-fast"]);
            // A snapshot that differs is a failure, and is not written down.
            cargo.env("INSTA_UPDATE", "no");
            let (output, ok) = watch(&mut cargo)?;
            Ok(Count::suite(report::of_cargo(&output), ok))
        }
        Suite::Browser => browser(),
        Suite::Contract => contract(),
        Suite::EndToEnd => {
            let (output, ok) = e2e::specs(page.folder()?, extra, &[])?;
            Ok(Count::suite(report::of_playwright(&output), ok))
        }
        Suite::Size => size::gate(&page.folder()?).map(|()| Count::check(true)),
    }
}

/// A check by one of cargo's components, the first word.
fn check(arguments: &[&str]) -> Result<Count, Failure> {
    if let Some(component) = arguments.first() {
        setup::component(component)?;
    }
    run(command("cargo").args(arguments)).map(|()| Count::check(true))
}

/// The tests that need a page around them: `tests/browser*.rs`, compiled to wasm and run in Chromium.
fn browser() -> Result<Count, Failure> {
    setup::page()?;
    let Browser { driver, .. } = setup::browser()?;
    let mut cargo = command("cargo");
    cargo.args(["test", "--locked", "--no-fail-fast", "--target", TARGET]);
    for target in process::targets("tests", "browser")? {
        cargo.arg("--test").arg(target);
    }
    cargo
        .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER", root().join(".tools/bin/wasm-bindgen-test-runner"))
        .env("CHROMEDRIVER", driver)
        // For a whole file of tests, in seconds; the runner's own is 20.
        .env("WASM_BINDGEN_TEST_TIMEOUT", "300");
    let (output, ok) = watch(&mut cargo)?;
    Ok(Count::suite(report::of_cargo(&output), ok))
}

/// The native server, driven by the product's official client: `tests/contract`.
fn contract() -> Result<Count, Failure> {
    setup::official_client()?;
    run(command("cargo").args(["build", "--locked"]))?;
    let target = std::env::var_os("CARGO_TARGET_DIR").unwrap_or_else(|| "target".into());
    let program = root().join(target).join("debug").join(format!("playhead{}", std::env::consts::EXE_SUFFIX));
    let (output, ok) = watch(
        command("node")
            .current_dir(root().join("tests/contract"))
            .args(["--test", "--test-reporter=spec", "contract.test.mjs"])
            .env("PLAYHEAD", program),
    )?;
    Ok(Count::suite(report::of_node(&output), ok))
}

/// Prints a line for each suite, and as the last line of all the sum.
fn sum_up(counts: &[(&str, Count)]) -> Result<(), Failure> {
    println!();
    for (name, count) in counts {
        println!("  {name:<12} {:>5} passed {:>5} failed", count.passed, count.failed);
    }
    let all = counts.iter().fold(Count::default(), |sum, (_, count)| sum.and(*count));
    println!("\n{} passed, {} failed", all.passed, all.failed);
    if all.failed == 0 { Ok(()) } else { Err(Failure::new()) }
}
