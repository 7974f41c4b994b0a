//! What the dependencies may be, asked by cargo-deny: `deny.toml` says it, with the reasons.

use crate::process::{Failure, command, root, run, step};
use crate::setup;

/// Licences, bans and sources always; known vulnerabilities where their database can be reached. Returns what was not looked
/// at, and why.
pub fn check() -> Result<Option<String>, Failure> {
    setup::cargo_deny()?;
    step("Ask what the dependencies may be: licences, bans, sources", || {
        run(deny().args(["check", "--hide-inclusion-graph", "licenses", "bans", "sources"]))
    })?;
    let fetched = step("Fetch the database of known vulnerabilities", || run(deny().args(["fetch", "db"])));
    match fetched {
        Ok(()) => {
            step("Ask for known vulnerabilities of the dependencies", || run(deny().args(["check", "advisories"])))?;
            Ok(None)
        }
        Err(_) => Ok(Some(
            "known vulnerabilities of the dependencies. Their database, https://github.com/RustSec/advisory-db, cannot be \
             reached from here"
                .to_owned(),
        )),
    }
}

fn deny() -> std::process::Command {
    let mut deny = command(root().join(".tools/bin/cargo-deny"));
    deny.args(["--workspace", "--locked"]);
    deny
}
