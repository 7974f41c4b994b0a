//! Environments.

use serde::{Deserialize, Serialize};

use super::results::Reference;

/// An environment, as configured; how it is doing is told by its status.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Environment {
    /// UUID.
    pub id: String,
    /// The name.
    pub name: String,
    /// `PRODUCTION`, `STAGING`, `DEVELOPMENT`, `PREVIEW`.
    pub mode: String,
    /// The organization it belongs to.
    pub organization: Reference,
    /// The project it belongs to.
    pub project: Reference,
    /// Where it runs.
    pub cloud_provider: CloudProvider,
    /// The cluster it runs on.
    pub cluster_id: String,
    /// The name of that cluster.
    pub cluster_name: Option<String>,
}

/// Provider and region of an environment's cluster.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct CloudProvider {
    /// `AWS`, `GCP`, `AZURE`, `SCW`, `ON_PREMISE`.
    pub provider: Option<String>,
    /// The region.
    pub cluster: Option<String>,
}
