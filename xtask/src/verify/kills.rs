//! What is killed again and again, and what goes wrong and is well again, in every home of the backend.

use super::{Figure, figures, tests};
use crate::build::{self, Place, Profile};
use crate::process::Failure;
use crate::{e2e, report, setup};

/// How often the page is killed, and how often the server.
const KILLS: &str = "200";

/// The page and the native server, killed at random moments: what was accepted is there, once.
pub fn kills() -> Result<Vec<Figure>, Failure> {
    let test = "what_was_accepted_survives_a_kill_at_any_moment_once";
    let mut survived = tests("server", |cargo| cargo.args([test, "--exact"]).env("KILLS", KILLS))?;
    survived.extend(figures(&specs(&["journal-kill.spec.ts"])?));
    Ok(survived)
}

/// Everything that can go wrong between the page and an API.
pub fn troubles() -> Result<Vec<Figure>, Failure> {
    let output = specs(&["troubles.spec.ts", "patience.spec.ts"])?;
    Ok(vec![("faults healed".to_owned(), report::of_playwright(&output).passed)])
}

fn specs(specs: &[&str]) -> Result<String, Failure> {
    setup::release()?;
    let page = build::page(Profile::Release, Place::default())?;
    let told: Vec<String> = specs.iter().map(|&spec| spec.to_owned()).collect();
    match e2e::specs(page, &told, &[("KILLS", KILLS)])? {
        (output, true) => Ok(output),
        (_, false) => Err(format!("{} failed; see above", specs.join(", "))),
    }
}
