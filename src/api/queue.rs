//! Requests that wait, as the contract tells them.

use serde::Serialize;

use super::reading::readable;

use super::history::{Auditing, ServiceIdentifier};

/// A waiting request; lists come first in, first out.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
pub struct Queued {
    /// Which.
    pub identifier: QueuedIdentifier,
    /// Who and from where.
    pub auditing_data: Auditing,
    /// `DEPLOY`, `RESTART`, `STOP`.
    pub trigger_action: String,
    /// Its stages, in order.
    pub stages: Vec<QueuedStage>,
}

readable!(Queued { identifier, auditing_data, trigger_action, stages });

/// Which request of which environment.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
pub struct QueuedIdentifier {
    /// The request.
    pub deployment_request_id: String,
    /// The environment.
    pub environment_id: String,
}

readable!(QueuedIdentifier { deployment_request_id, environment_id });

/// A stage of a waiting request.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
pub struct QueuedStage {
    /// The name.
    pub name: String,
    /// `QUEUED`.
    pub status: String,
    /// The services in it.
    pub services: Vec<QueuedService>,
}

readable!(QueuedStage { name, status, services });

/// A service of a waiting request.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
pub struct QueuedService {
    /// Which.
    pub identifier: ServiceIdentifier,
    /// `QUEUED`.
    pub status: String,
}

readable!(QueuedService { identifier, status });
