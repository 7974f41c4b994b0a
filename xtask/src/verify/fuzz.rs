//! What comes from outside: inputs that nobody would send, and texts that hope to be more than text.

use super::{Figure, specs, tests};
use crate::process::Failure;

/// How many seconds each target is tried, as many targets at a time as there are processors.
const SECONDS: &str = "300";

/// Every target of `tests/fuzz.rs`.
pub fn fuzz() -> Result<Vec<Figure>, Failure> {
    tests("fuzz", |cargo| cargo.env("PLAYHEAD_FUZZ_SECONDS", SECONDS))
}

/// Every hostile text in every place of the command line, and of the page.
pub fn hostile() -> Result<Vec<Figure>, Failure> {
    let mut tried = tests("hostile", |cargo| cargo)?;
    tried.extend(specs(&["hostile.spec.ts"], &[])?);
    Ok(tried)
}
