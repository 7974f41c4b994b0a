//! Deployments of an environment that were run or are running.

use serde::Serialize;

use super::reading::readable;

use super::status::StatusDetails;
use super::time::Time;

/// A page of deployments, newest first.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
pub struct History {
    /// The page, from 1.
    pub page: u32,
    /// How many a page holds at most.
    pub page_size: u32,
    /// The deployments.
    pub results: Vec<Deployment>,
}

readable!(History { page, page_size, results });

/// A deployment.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
pub struct Deployment {
    /// Which.
    pub identifier: DeploymentIdentifier,
    /// Who, from where, when.
    pub auditing_data: Auditing,
    /// How the environment stood at its end, or stands.
    pub status: String,
    /// `DEPLOY`, `RESTART`, `STOP`.
    pub trigger_action: String,
    /// `QUEUED`, `ONGOING`, `SUCCESS`, `ERROR`, `CANCELED`, `CANCELING`, `NEVER`.
    pub action_status: String,
    /// How long it took or takes: an ISO 8601 duration in seconds, such as `PT83S`.
    pub total_duration: String,
    /// Its stages, in order.
    pub stages: Vec<DeploymentStage>,
}

readable!(Deployment { identifier, auditing_data, status, trigger_action, action_status, total_duration, stages });

impl Deployment {
    /// Whether it is not over; so is one of which that is said in a word that is not known (law §2).
    pub fn goes_on(&self) -> bool {
        !matches!(self.action_status.as_str(), "SUCCESS" | "ERROR" | "CANCELED" | "NEVER")
    }

    /// The services in it, in the order of the stages.
    pub fn services(&self) -> impl Iterator<Item = &DeploymentService> {
        self.stages.iter().flat_map(|stage| &stage.services)
    }
}

/// Which deployment of which environment.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
pub struct DeploymentIdentifier {
    /// The deployment.
    pub execution_id: String,
    /// The environment.
    pub environment_id: String,
}

readable!(DeploymentIdentifier { execution_id, environment_id });

/// Who asked for something, from where, and when it began and last changed.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
pub struct Auditing {
    /// When it began.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created_at: Option<Time>,
    /// When it last changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub updated_at: Option<Time>,
    /// Who asked.
    pub triggered_by: String,
    /// From where.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub origin: Option<String>,
}

readable!(Auditing { created_at, updated_at, triggered_by, origin });

/// A stage of a deployment.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
pub struct DeploymentStage {
    /// The name.
    pub name: String,
    /// `QUEUED`, `ONGOING`, `DONE`, `ERROR`, `SKIPPED`, `CANCELED`.
    pub status: String,
    /// An ISO 8601 duration.
    pub duration: String,
    /// The services in it.
    pub services: Vec<DeploymentService>,
}

readable!(DeploymentStage { name, status, duration, services });

/// A service in a deployment.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
pub struct DeploymentService {
    /// Which.
    pub identifier: ServiceIdentifier,
    /// How it ended, or stands.
    pub status: String,
    /// Who, from where, when.
    pub auditing_data: Auditing,
    /// What it was deployed from; its shape depends on the kind.
    pub details: serde_json::Value,
    /// What was done with it, and how that went.
    pub status_details: StatusDetails,
    /// An icon's address.
    pub icon_uri: String,
    /// An ISO 8601 duration.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub total_duration: Option<String>,
}

readable!(DeploymentService { identifier, status, auditing_data, details, status_details, icon_uri, total_duration });

impl DeploymentService {
    /// The commit, tag or chart version it was deployed from; `None`: none is told.
    pub fn version(&self) -> Option<&str> {
        let at = |path| self.details.pointer(path).and_then(serde_json::Value::as_str).filter(|text| !text.is_empty());
        at("/tag").or_else(|| at("/commit/git_commit_id")).or_else(|| at("/repository/chart_version"))
    }
}

/// Which service.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
pub struct ServiceIdentifier {
    /// The name.
    pub name: String,
    /// UUID.
    pub service_id: String,
    /// Its type.
    pub service_type: String,
    /// The deployment.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub execution_id: Option<String>,
}

readable!(ServiceIdentifier { name, service_id, service_type, execution_id });
