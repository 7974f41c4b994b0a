//! The worlds that come with the program. Same name, seed and time: the same world, to the byte.

mod blueprint;
mod builder;
mod large;
mod shop;
mod trouble;

use crate::api::scenario::{Scenario, Scenarios};
use crate::simulator::{Millis, World};

use super::catalog::Catalog;

/// A world with its descriptions.
pub type Open = (World, Catalog);

/// The names of all scenarios; the first is the default.
pub const NAMES: [&str; 4] = ["shop", "trouble", "large", "empty"];

/// Title and what it shows, in the order of [`NAMES`].
const ABOUT: [(&str, &str); 4] = [
    ("Shop", "Three environments of a shop, with services of every kind, mostly well"),
    ("Trouble", "Every error status, a deployment that does not get ready, drift, cancels"),
    ("Large", "1,000 environments, one of them with 10,000 services"),
    ("Empty", "A project without environments"),
];

/// Builds a scenario as of `now` (Unix ms); a name that is not known builds the first.
pub fn build(name: &str, seed: u64, now: Millis) -> (&'static str, Open) {
    match name {
        "trouble" => ("trouble", trouble::build(seed, now)),
        "large" => ("large", large::build(seed, now)),
        "empty" => ("empty", builder::Builder::new("Blank", seed, now).finish()),
        _ => ("shop", shop::build(seed, now)),
    }
}

/// Which world is open, and which there are.
pub fn list(open: &str, seed: u64) -> Scenarios {
    let scenario = |(name, (title, about)): (&str, (&str, &str))| Scenario {
        name: name.to_owned(),
        title: title.to_owned(),
        about: about.to_owned(),
    };
    Scenarios { name: open.to_owned(), seed, scenarios: NAMES.into_iter().zip(ABOUT).map(scenario).collect() }
}
