//! Environments.

use serde::Serialize;

use super::reading::readable;

use super::results::Reference;

/// An environment, as configured; how it is doing is told by its status.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
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

readable!(Environment { id, name, mode, organization, project, cloud_provider, cluster_id, cluster_name });

/// Provider and region of an environment's cluster.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
pub struct CloudProvider {
    /// `AWS`, `GCP`, `AZURE`, `SCW`, `ON_PREMISE`.
    pub provider: Option<String>,
    /// The region.
    pub cluster: Option<String>,
}

readable!(CloudProvider { provider, cluster });
