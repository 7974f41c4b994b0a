//! The lifecycle (law §9): every state of small worlds, and long random runs of larger ones.

use crate::process::{Failure, command, watch};

use super::{Figure, figures};

/// Every state of small worlds: `tests/model.rs`.
pub fn model() -> Result<Vec<Figure>, Failure> {
    long("model", "the_laws_hold_in_every_state_of_large_environments")
}

/// Random worlds, requests, faults, clocks and restarts: `tests/dst.rs`.
pub fn dst() -> Result<Vec<Figure>, Failure> {
    long("dst", "a_million_steps")
}

/// A test that is left out of `cargo test`, optimized; its figures are in what it prints.
fn long(target: &str, test: &str) -> Result<Vec<Figure>, Failure> {
    let mut cargo = command("cargo");
    cargo.args(["test", "--locked", "--profile", "verify", "--test", target, "--"]);
    cargo.args([test, "--exact", "--ignored", "--nocapture"]);
    let (output, ok) = watch(&mut cargo)?;
    if ok { Ok(figures(&output)) } else { Err(format!("tests/{target}.rs: {test} failed; see above")) }
}
