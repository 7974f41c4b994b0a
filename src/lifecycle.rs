#![doc = include_str!("lifecycle/LAW.md")]
//!
//! # Invariants of this module
//!
//! Pure: no clock, randomness, I/O, JSON, signals or DOM, and nothing of the rest of the crate is imported.

pub mod action;
pub mod cancel;
pub mod id;
pub mod kind;
pub mod note;
pub mod pipeline;
pub mod plan;
pub mod refusal;
pub mod rolling;
pub mod rollup;
pub mod rule;
pub mod status;
pub mod transition;
pub mod work;

pub use action::{Action, Scope};
pub use id::{EnvironmentId, NotAnId, RequestId, ServiceId, StageId};
pub use kind::{Engine, Kind, Provider, Source};
pub use note::{Failure, Note};
pub use refusal::Refusal;
pub use rule::{EnvironmentFacts, Pods, ServiceFacts, allowed, allowed_in_subset, allowed_on_environment};
pub use status::{Class, Queue, RunningStatus, Status, Sync};
