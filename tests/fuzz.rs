//! Inputs that nobody would send, to everything that reads one: no panic, no hang, and no more memory at a time than the
//! input is worth.
//!
//! - `cargo test` tries each target for a moment, always in the same way.
//! - `PLAYHEAD_FUZZ_SECONDS=300 cargo test --profile verify --test fuzz` for as long as is said, which is what
//!   `cargo xtask verify` does; words after `--` choose the targets with one of them in their name, `PLAYHEAD_FUZZ_SEED` is
//!   another chance.
//! - `cargo test --test fuzz -- TARGET FILE` tries one input. A run that fails says this command for what it failed with.
//!
//! The corpus, `tests/corpus/TARGET`, is tried first by every run. A long run writes what was new to
//! `target/fuzz/TARGET/found-…`, where the next long run begins, and what fails to `…/failed-…`. So the corpus grows by
//! hand, with a mended failure: `cp target/fuzz/journal/failed-… tests/corpus/journal/`; and by `PLAYHEAD_FUZZ_KEEP=1` in a
//! long run, which adds what was new, made small, until a target has 32 inputs.
//!
//! The loop is our own (`fuzz/engine.rs`): what guides by coverage needs a nightly compiler, what runs on a stable one
//! (bolero, proptest) draws inputs without learning from them, and knows nothing of JSON. Each target has a process of its
//! own, so that an end of it, by a stack that is full above all, is a failure like any other.
// A test with a harness of its own needs a `main`, and there is none in the browser.
#![cfg_attr(target_arch = "wasm32", no_main)]
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use std::path::Path;
use std::process::{Command, ExitCode};
use std::sync::Mutex;
use std::thread;
use std::time::Duration;

use engine::{Run, Target};
use peak_alloc::PeakAlloc;

#[path = "fuzz/engine.rs"]
mod engine;
#[path = "kit/hostile.rs"]
mod hostile;
#[path = "fuzz/lines.rs"]
mod lines;
#[path = "fuzz/mutate.rs"]
mod mutate;
#[path = "fuzz/text.rs"]
mod text;
#[path = "fuzz/world.rs"]
mod world;
#[path = "kit/worlds.rs"]
mod worlds;

/// The console's parts that need no browser, which are compiled for one only.
#[allow(dead_code)]
#[path = "../src/console"]
mod console {
    pub mod legible;
    pub mod list;
    pub mod route;
}
use playhead::{client, lifecycle};

#[global_allocator]
static ALLOCATOR: PeakAlloc = PeakAlloc;

/// How long each target is tried, unless told otherwise.
const MOMENT: Duration = Duration::from_secs(1);

/// What an input may hold is what its JSON takes, some times over: an empty object in an array has 32 bytes for 3, one with
/// a key 650 for 7, and a list of an answer a record of kilobytes for each `0,`. A number that becomes as many things, or a text that is kept in each of them, is far beyond.
const TARGETS: [Target; 9] = [
    Target { name: "world", seeds: world::files, run: world::file, each: 400, base: 1 << 20 },
    Target { name: "request", seeds: world::conversations, run: world::conversation, each: 400, base: 1 << 20 },
    Target { name: "journal", seeds: world::journals, run: world::journal, each: 400, base: 2 << 20 },
    Target { name: "lines", seeds: lines::journals, run: lines::journal, each: 400, base: 4 << 20 },
    Target { name: "answer", seeds: text::answers, run: text::answer, each: 3_000, base: 128 << 10 },
    Target { name: "push", seeds: text::pushes, run: text::push, each: 200, base: 128 << 10 },
    Target { name: "log", seeds: text::logs, run: text::log, each: 50, base: 16 << 10 },
    Target { name: "url", seeds: text::urls, run: text::url, each: 50, base: 32 << 10 },
    Target { name: "search", seeds: text::searches, run: text::search, each: 400, base: 64 << 10 },
];

/// The word before the target of a process that tries only that one.
const ONE: &str = "--one";

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|value| value.parse().unwrap_or_else(|_| panic!("{name} is a whole number")))
}

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    if let [one, name, files @ ..] = &words[..]
        && one == ONE
    {
        return try_one(TARGETS.iter().find(|target| target.name == name).expect("a target"), files);
    }
    let (files, words): (Vec<_>, Vec<_>) =
        words.into_iter().filter(|word| !word.starts_with('-')).partition(|word| Path::new(word).is_file());
    let chosen =
        |target: &&Target| words.is_empty() || words.iter().any(|word| format!("fuzz_{}", target.name).contains(word));
    let left = Mutex::new(TARGETS.iter().filter(chosen));
    let lane = || {
        let (mut passed, mut failed) = (0, 0);
        loop {
            let Some(target) = left.lock().unwrap().next() else { return (passed, failed) };
            let counted = if succeeds(target, &files) { &mut passed } else { &mut failed };
            *counted += 1;
        }
    };
    let lanes = thread::available_parallelism().map_or(1, usize::from).min(4);
    let (passed, failed) = thread::scope(|scope| {
        let lanes: Vec<_> = (0..lanes).map(|_| scope.spawn(lane)).collect();
        let all = lanes.into_iter().map(|lane| lane.join().unwrap());
        all.fold((0, 0), |(passed, failed), (more, others)| (passed + more, failed + others))
    });
    let word = if failed == 0 { "ok" } else { "FAILED" };
    println!("\ntest result: {word}. {passed} passed; {failed} failed; 0 ignored; 0 measured\n");
    if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Tries a target in a process of its own.
fn succeeds(target: &Target, files: &[String]) -> bool {
    let mut process = Command::new(std::env::current_exe().expect("a path"));
    let output = process.args([ONE, target.name]).args(files).output().expect("a process");
    let mut told = String::from_utf8_lossy(&output.stdout).into_owned();
    if output.status.code().is_none() {
        let (words, input) = (String::from_utf8_lossy(&output.stderr), std::fs::read(engine::trying(target.name)));
        let input = input.map(|input| engine::failed(target.name, &input)).unwrap_or_default();
        told +=
            &format!("test fuzz_{} ... FAILED\n  {}\n  {}\n  with {input}\n", target.name, output.status, words.trim());
    }
    // In one piece: others print too.
    print!("{told}");
    output.status.success()
}

fn try_one(target: &Target, files: &[String]) -> ExitCode {
    engine::watch();
    let seconds = number("PLAYHEAD_FUZZ_SECONDS");
    let run = Run {
        time: seconds.map_or(MOMENT, Duration::from_secs),
        seed: number("PLAYHEAD_FUZZ_SEED").unwrap_or(1),
        long: seconds.is_some(),
        keep: number("PLAYHEAD_FUZZ_KEEP").is_some(),
    };
    let done = match files {
        [] => target.fuzz(&run),
        [file, ..] => target.again(&std::fs::read(file).expect("a file")),
    };
    match done {
        Ok(figures) => {
            println!(
                "test fuzz_{} ... ok: {} executions, {} inputs known, slowest {} ms, {} % of the memory allowed",
                target.name, figures.executions, figures.known, figures.slowest, figures.held
            );
            if run.long {
                println!("figure: fuzz executions = {}", figures.executions);
            }
            ExitCode::SUCCESS
        }
        Err(problem) => {
            println!("test fuzz_{} ... FAILED\n  {problem}", target.name);
            ExitCode::FAILURE
        }
    }
}
