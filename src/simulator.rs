//! What a cluster would do: a deterministic discrete-event model of builds, pods, probes, capacity and faults.
//!
//! Invariants: knows `lifecycle` and nothing else of the crate. No clock: time is an argument. No randomness but the
//! seed. No wire format, no I/O. The simulator proposes what happens; what it means for a status, `lifecycle` says.

mod admission;
mod adoption;
pub mod agenda;
pub mod configuration;
mod context;
pub mod deployment;
pub mod environment;
pub mod fault;
pub mod log;
pub mod pod;
pub mod random;
pub mod record;
pub mod request;
pub mod rollout;
mod run;
mod scene;
pub mod service;
pub mod settings;
mod turn;
pub mod world;

pub use configuration::{Configuration, Version};
pub use deployment::Deployment;
pub use environment::{Environment, Mode, Stage};
pub use fault::{Faults, Target};
pub use pod::{Generation, Pod, PodPhase};
pub use record::{Item, Outcome, Progress, Record};
pub use request::{Accepted, Actor, Order, Origin, Rejected};
pub use service::{LastOperation, Service};
pub use settings::Settings;
pub use world::{Millis, World};
