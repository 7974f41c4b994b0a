//! The world file: one JSON document that bundles what the contract's reading calls return for a project.
//!
//! ```text
//! organization, project      one object each
//! environments               [environment…]                     GET /project/{id}/environment
//! services                   { environment id: [service…] }     GET /environment/{id}/services
//! stages                     { environment id: [stage…] }       GET /environment/{id}/deploymentStage
//! statuses                   { environment id: {…} }            GET /environment/{id}/statuses
//! commits, tags, charts      { service id: [version…] }         GET /application/{id}/commit, …/images, …/charts
//! x                          what those calls do not carry
//! ```
//!
//! Whatever is missing is made up plausibly: pods of what is deployed, a deployment for what is in progress. What is made
//! up, the clock, the seed, the queue and the history travel in `x`, by which an exported world goes on exactly where it
//! stood. Where `x` and the rest disagree about an environment (a file changed by hand) the rest is believed, and that
//! environment's part of `x` is left out. Fields and enum values that are not known are kept.

mod check;
mod make_up;
mod parts;
mod read;
mod state;
mod stored;
mod words;
mod write;

pub(super) use read::read;
pub(super) use write::write;

/// What an imported world is called where scenarios have their name.
pub const NAME: &str = "file";

/// The largest file that is read, in bytes: the `large` scenario's export fits with room to spare.
pub const LIMIT: usize = 64 << 20;

/// The version of the `x` part that is written and read.
const FORMAT: u32 = 1;
