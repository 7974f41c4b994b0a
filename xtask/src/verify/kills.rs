//! What is killed again and again, and what goes wrong and is well again, in every home of the backend.

use super::{Figure, specs, tests};
use crate::process::Failure;

/// How often the page is killed, and how often the server.
const KILLS: &str = "200";

/// The page and the native server, killed at random moments: what was accepted is there, once.
pub fn kills() -> Result<Vec<Figure>, Failure> {
    let test = "what_was_accepted_survives_a_kill_at_any_moment_once";
    let mut survived = tests("server", |cargo| cargo.args([test, "--exact"]).env("KILLS", KILLS))?;
    survived.extend(specs(&["journal-kill.spec.ts"], &[("KILLS", KILLS)])?);
    Ok(survived)
}

/// Everything that can go wrong between the page and an API.
pub fn troubles() -> Result<Vec<Figure>, Failure> {
    specs(&["troubles.spec.ts", "patience.spec.ts"], &[])
}
