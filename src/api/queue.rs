//! Requests that wait, as the contract tells them.

use serde::{Deserialize, Serialize};

use super::history::{Auditing, ServiceIdentifier};

/// A waiting request; lists come first in, first out.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
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

/// Which request of which environment.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct QueuedIdentifier {
    /// The request.
    pub deployment_request_id: String,
    /// The environment.
    pub environment_id: String,
}

/// A stage of a waiting request.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct QueuedStage {
    /// The name.
    pub name: String,
    /// `QUEUED`.
    pub status: String,
    /// The services in it.
    pub services: Vec<QueuedService>,
}

/// A service of a waiting request.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct QueuedService {
    /// Which.
    pub identifier: ServiceIdentifier,
    /// `QUEUED`.
    pub status: String,
}
