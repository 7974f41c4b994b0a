//! The lifecycle (law §9): every state of small worlds, and long random runs of larger ones.

use super::{Figure, tests};
use crate::process::Failure;

/// Every state of small worlds: `tests/model.rs`.
pub fn model() -> Result<Vec<Figure>, Failure> {
    long("model", "the_laws_hold_in_every_state_of_large_environments")
}

/// Random worlds, requests, faults, clocks and restarts: `tests/dst.rs`.
pub fn dst() -> Result<Vec<Figure>, Failure> {
    long("dst", "a_million_steps")
}

/// A test that is left out of `cargo test`.
fn long(target: &str, test: &str) -> Result<Vec<Figure>, Failure> {
    tests(target, |cargo| cargo.args([test, "--exact", "--ignored"]))
}
