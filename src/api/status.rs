//! Deployment statuses of services and environments.

use serde::Serialize;

use super::reading::readable;

use super::time::Time;

/// How the last deployment of a service went or goes.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
pub struct ServiceStatus {
    /// The service.
    pub id: String,
    /// The *shown* status (law §2), such as `DEPLOYED`.
    pub state: String,
    /// `NEVER_DEPLOYED`, `OUT_OF_DATE`, `UP_TO_DATE`.
    pub service_deployment_status: String,
    /// When its last deployment ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_deployment_date: Option<Time>,
    /// Whether it was part of the environment's last deployment.
    pub is_part_last_deployment: bool,
    /// The deployment it was last part of.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub execution_id: Option<String>,
    /// What the last action on it was, and how that went.
    pub status_details: StatusDetails,
    /// The first request that waits for it.
    pub deployment_request_id: Option<String>,
    /// How many requests wait for it.
    pub deployment_requests_count: u32,
}

readable!(ServiceStatus {
    id,
    state,
    service_deployment_status,
    last_deployment_date,
    is_part_last_deployment,
    execution_id,
    status_details,
    deployment_request_id,
    deployment_requests_count
});

/// What the last action on a service was, and how it went.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
pub struct StatusDetails {
    /// `DEPLOY`, `RESTART`, `STOP`, `DELETE`, `UNKNOWN`.
    pub action: String,
    /// `QUEUED`, `ONGOING`, `SUCCESS`, `ERROR`, `EXECUTING`, `CANCELED`, `CANCELING`, `NEVER`.
    pub status: String,
    /// `NONE`, as far as this program goes.
    pub sub_action: String,
}

readable!(StatusDetails { action, status, sub_action });

/// How an environment is doing.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
pub struct EnvironmentStatus {
    /// The environment.
    pub id: String,
    /// The roll-up of its services (law §7).
    pub state: String,
    /// The outcome of its last deployment.
    pub last_deployment_state: String,
    /// When that ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_deployment_date: Option<Time>,
    /// That deployment.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_deployment_id: Option<String>,
    /// How long that took.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub total_deployment_duration_in_seconds: Option<i64>,
    /// From where it was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub origin: Option<String>,
    /// By whom.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub triggered_by: Option<String>,
    /// `NEVER_DEPLOYED`, `OUT_OF_DATE`, `UP_TO_DATE`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deployment_status: Option<String>,
    /// The request that runs, or the first that waits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deployment_request_id: Option<String>,
}

readable!(EnvironmentStatus {
    id,
    state,
    last_deployment_state,
    last_deployment_date,
    last_deployment_id,
    total_deployment_duration_in_seconds,
    origin,
    triggered_by,
    deployment_status,
    deployment_request_id
});

/// Statuses of services in the lists by type that the contract has: those of an environment, or of one stage.
///
/// One record for both answers, as their lists are the same (and flattening them would cost more in the page).
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
pub struct Statuses {
    /// The environment they belong to; in the answer for an environment.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub environment: Option<EnvironmentStatus>,
    /// The stage they belong to; in the answer by stage.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stage: Option<StageStatus>,
    /// Of applications.
    pub applications: Vec<ServiceStatus>,
    /// Of containers.
    pub containers: Vec<ServiceStatus>,
    /// Of jobs.
    pub jobs: Vec<ServiceStatus>,
    /// Of databases.
    pub databases: Vec<ServiceStatus>,
    /// Of Helm charts.
    pub helms: Vec<ServiceStatus>,
    /// Of kinds that this program does not deploy; always there on the wire.
    pub terraforms: Vec<ServiceStatus>,
}

readable!(Statuses { environment, stage, applications, containers, jobs, databases, helms, terraforms });

/// An environment, its stages and in each its services.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
pub struct StatusesWithStages {
    /// The environment itself.
    pub environment: Option<EnvironmentStatus>,
    /// Its stages, in order.
    pub stages: Vec<Statuses>,
}

readable!(StatusesWithStages { environment, stages });

/// A stage of a pipeline, as it stands in the last or running deployment.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
pub struct StageStatus {
    /// UUID.
    pub id: String,
    /// The name.
    pub name: String,
    /// Free text.
    pub description: String,
    /// `QUEUED`, `ONGOING`, `DONE`, `ERROR`, `SKIPPED`, `CANCELED`.
    pub status: Option<String>,
}

readable!(StageStatus { id, name, description, status });

impl Statuses {
    /// All of them, in the order of the fields.
    pub fn iter(&self) -> impl Iterator<Item = &ServiceStatus> {
        [&self.applications, &self.containers, &self.jobs, &self.databases, &self.helms, &self.terraforms]
            .into_iter()
            .flatten()
    }

    /// The list of a `service_type`; a type that is not known goes with the last.
    pub fn of_type(&mut self, service_type: &str) -> &mut Vec<ServiceStatus> {
        match service_type {
            "APPLICATION" => &mut self.applications,
            "CONTAINER" => &mut self.containers,
            "JOB" => &mut self.jobs,
            "DATABASE" => &mut self.databases,
            "HELM" => &mut self.helms,
            _ => &mut self.terraforms,
        }
    }
}
