//! Bodies of the action calls.

use serde::Serialize;

/// Body of `cancelDeployment` on an environment.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
pub struct Cancel {
    /// Also interrupt lifecycle jobs that execute.
    pub force_cancel: bool,
}

/// Body of `deploy` on a service: at most one of them; none is Deploy or Redeploy (law §8).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
pub struct Deploy {
    /// Of an application or a git job.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub git_commit_id: Option<String>,
    /// Of a container or an image job.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image_tag: Option<String>,
    /// Of a chart.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub chart_version: Option<String>,
}

/// Body of `service/deploy` on an environment: a subset, each with a version or without.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
pub struct DeploySubset {
    /// Applications.
    pub applications: Vec<DeployApplication>,
    /// Containers.
    pub containers: Vec<DeployItem>,
    /// Jobs.
    pub jobs: Vec<DeployItem>,
    /// Helm charts.
    pub helms: Vec<DeployItem>,
    /// Databases: ids alone.
    pub databases: Vec<String>,
}

/// An application of a [`DeploySubset`]. Yes: its id is named differently from the others'.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
pub struct DeployApplication {
    /// UUID.
    pub application_id: String,
    /// The commit; none: what is desired.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub git_commit_id: Option<String>,
}

/// A container, job or chart of a [`DeploySubset`].
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
pub struct DeployItem {
    /// UUID.
    pub id: String,
    /// The commit of a git job; none: what is desired.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub git_commit_id: Option<String>,
    /// The tag of a container or image job; none: what is desired.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image_tag: Option<String>,
    /// The version of a chart; none: what is desired.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub chart_version: Option<String>,
}

/// Body of `service/stop` and `service/restart-service` on an environment.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
pub struct Subset {
    /// Applications.
    pub application_ids: Vec<String>,
    /// Containers.
    pub container_ids: Vec<String>,
    /// Databases.
    pub database_ids: Vec<String>,
    /// Jobs; not for a restart.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub job_ids: Vec<String>,
    /// Helm charts; not for a restart.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub helm_ids: Vec<String>,
}
