//! Random worlds, driven long (law §9): requests, faults, clocks that jump and stand still, restarts; on the simulator,
//! and over the public wire. Everything follows from a seed, and a seed that fails is made short and shown.
//!
//! `cargo test --test dst` takes some thousand steps, `cargo xtask verify --only dst` a million. Both begin with the seed 0,
//! or with that of `PLAYHEAD_FIRST_SEED`: `PLAYHEAD_FIRST_SEED=1000000 cargo xtask verify --only dst` is another million.
//! A seed that fails is told with its command: `PLAYHEAD_SEED='world 42' cargo test --test dst one_seed -- --ignored
//! --nocapture` drives it alone.
#![cfg(not(target_arch = "wasm32"))]
#![allow(missing_docs)]
#![allow(clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "a test may fail loudly")]

#[path = "dst/caught.rs"]
mod caught;
#[path = "model/laws.rs"]
mod laws;
#[path = "dst/plan.rs"]
mod plan;
#[path = "dst/reader/cli.rs"]
mod reader;
#[path = "dst/run.rs"]
mod run;
#[path = "kit/sequences.rs"]
mod sequences;
#[path = "model/setup.rs"]
#[allow(dead_code, reason = "the search of small worlds needs more of it")]
mod setup;
#[path = "dst/shrink.rs"]
mod shrink;
#[path = "model/state.rs"]
#[allow(dead_code, reason = "the search of small worlds needs more of it")]
mod state;
#[path = "model/step.rs"]
#[allow(dead_code, reason = "the search of small worlds needs more of it")]
mod step;
#[path = "dst/wire.rs"]
mod wire;
#[path = "kit/worlds.rs"]
mod worlds;

use sequences::Allowed;

const ALLOWED: Allowed = Allowed { crashes: true, found: false };

/// What of a seed fails, made short, and how to see it again.
fn tell(kind: &str, seed: u64, why: &str, steps: &[impl std::fmt::Debug]) -> String {
    let steps: Vec<String> = steps.iter().enumerate().map(|(at, step)| format!("  {}. {step:?}", at + 1)).collect();
    let again = format!("PLAYHEAD_SEED='{kind} {seed}' cargo test --test dst one_seed -- --ignored --nocapture");
    format!("{kind}, seed {seed}: {why}\n{}\nagain: {again}", steps.join("\n"))
}

fn world(seed: u64) -> Result<u64, String> {
    run::run(seed, ALLOWED).map_err(|failure| {
        let law = failure.violation.law;
        let fails = |steps: &[_]| run::replay(seed, ALLOWED, steps).is_err_and(|other| other.law == law);
        let short = shrink::shrink(failure.steps, fails);
        tell("world", seed, &format!("{law} does not hold: {}", failure.violation.what), &short)
    })
}

fn over_the_wire(seed: u64) -> Result<u64, String> {
    wire::run(seed).map_err(|(steps, why)| {
        let short = shrink::shrink(steps, |steps| wire::replay(seed, steps).is_err());
        tell("wire", seed, &why, &short)
    })
}

fn planned(seed: u64) -> Result<u64, String> {
    plan::run(seed, ALLOWED).map(u64::from).map_err(|(steps, why)| {
        let short = shrink::shrink(steps, |steps| plan::replay(seed, ALLOWED, steps).is_err());
        tell("plan", seed, &why, &short)
    })
}

/// The seed that is driven first.
fn first_seed() -> u64 {
    let asked = std::env::var("PLAYHEAD_FIRST_SEED").ok();
    asked.map_or(0, |seed| seed.parse().expect("PLAYHEAD_FIRST_SEED is a number"))
}

/// Drives seed after seed until there are so many steps; every seed that fails is told.
fn drive(what: &str, one: impl Fn(u64) -> Result<u64, String>, enough: u64) -> u64 {
    let first = first_seed();
    let (mut steps, mut seed, mut failures) = (0, first, Vec::new());
    while steps < enough && failures.len() < 5 {
        match one(seed) {
            Ok(more) => steps += more,
            Err(failure) => failures.push(failure),
        }
        seed += 1;
    }
    assert!(failures.is_empty(), "{}", failures.join("\n\n"));
    println!("{what}: {steps} in seeds {first}..{seed}");
    steps
}

#[test]
fn the_laws_hold_in_random_worlds() {
    drive("steps", world, 20_000);
}

#[test]
fn what_the_wire_tells_says_what_is_accepted() {
    drive("steps over the wire", over_the_wire, 1_200);
}

#[test]
fn the_plan_says_what_the_record_says_after() {
    drive("plans", planned, 1_500);
}

#[test]
#[ignore = "minutes: cargo xtask verify --only dst"]
fn a_million_steps() {
    let steps = drive("steps", world, 1_000_000);
    let wire = drive("steps over the wire", over_the_wire, 50_000);
    let plans = drive("plans", planned, 100_000);
    println!("figure: steps simulated = {steps}");
    println!("figure: steps over the wire = {wire}");
    println!("figure: plans compared = {plans}");
}

/// `PLAYHEAD_SEED='<world, wire or plan> <seed>'`: one seed that failed.
#[test]
#[ignore = "for one seed that failed"]
fn one_seed() {
    let asked = std::env::var("PLAYHEAD_SEED").expect("PLAYHEAD_SEED says which kind and which seed");
    let (kind, seed) = asked.split_once(' ').expect("a kind and a seed");
    let seed = seed.parse().expect("a number");
    let outcome = match kind {
        "world" => world(seed),
        "wire" => over_the_wire(seed),
        "plan" => planned(seed),
        other => panic!("world, wire or plan, not {other}"),
    };
    println!(
        "{}",
        outcome.map(|steps| format!("{steps} steps, all well")).unwrap_or_else(|failure| panic!("{failure}"))
    );
}
