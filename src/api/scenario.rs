//! The worlds that come with the in-browser backend (`/x/scenario`), and the probe for it (`/x`).

use serde::Serialize;

use super::reading::readable;

/// Answer of `GET /x`: this server offers the paths under `/x`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
pub struct Capabilities {
    /// `playhead`.
    pub name: String,
    /// The version of the program.
    pub version: String,
    /// Whether nothing real is touched.
    pub demo: bool,
}

readable!(Capabilities { name, version, demo });

/// Answer of `GET /x/scenario`: which world is open, and which there are.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
pub struct Scenarios {
    /// The scenario that is open, or `file` for an imported world.
    pub name: String,
    /// Its seed.
    pub seed: u64,
    /// All there are.
    pub scenarios: Vec<Scenario>,
}

readable!(Scenarios { name, seed, scenarios });

/// A world that comes with the program.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
pub struct Scenario {
    /// Its name in addresses.
    pub name: String,
    /// Its title.
    pub title: String,
    /// What it shows.
    pub about: String,
}

readable!(Scenario { name, title, about });

/// Body of `POST /x/scenario`: throw the open world away and begin this one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
pub struct Reset {
    /// The scenario.
    pub name: String,
    /// Same seed, same world.
    pub seed: u64,
}
