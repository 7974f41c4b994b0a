//! Services of all kinds, as configured.
//!
//! The contract has one model per kind, told apart by `service_type`. They share most fields, so one flat record reads
//! them all: an order of magnitude less code in the page than one type per kind.

use serde::Serialize;

use super::reading::readable;

/// A service, as configured; how it is doing is told by its status.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
pub struct Service {
    /// UUID.
    pub id: String,
    /// The name.
    pub name: String,
    /// Free text.
    pub description: Option<String>,
    /// `APPLICATION`, `CONTAINER`, `DATABASE`, `JOB`, `HELM`, or one this version does not know.
    pub service_type: String,
    /// Of a job: `CRON` or `LIFECYCLE`.
    pub job_type: Option<String>,
    /// Of an application: where its code is.
    pub git_repository: Option<GitRepository>,
    /// Of a container: the image's name.
    pub image_name: Option<String>,
    /// Of a container: the desired tag.
    pub tag: Option<String>,
    /// Of a container: where its image is.
    pub registry: Option<Registry>,
    /// Of a job or chart: where it comes from.
    pub source: Option<Source>,
    /// Of a job: when it executes.
    pub schedule: Option<Schedule>,
    /// Of a database: the engine, such as `POSTGRESQL`.
    #[serde(rename = "type")]
    pub engine: Option<String>,
    /// Of a database: the engine's version.
    pub version: Option<String>,
    /// Of a database: `CONTAINER` or `MANAGED`.
    pub mode: Option<String>,
    /// mCPU.
    pub cpu: Option<u32>,
    /// MB.
    pub memory: Option<u32>,
    /// At least so many instances.
    pub min_running_instances: Option<u32>,
    /// At most so many instances.
    pub max_running_instances: Option<u32>,
}

readable!(Service {
    id, name, description, service_type, job_type, git_repository, image_name, tag, registry, source, schedule,
    engine = "type", version, mode, cpu, memory, min_running_instances, max_running_instances
});

/// A git repository.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
pub struct GitRepository {
    /// `GITHUB`, `GITLAB`, `BITBUCKET`.
    pub provider: String,
    /// Address of the repository.
    pub url: String,
    /// Owner and name.
    pub name: String,
    /// The branch that is deployed.
    pub branch: Option<String>,
    /// The commit of the last deployment.
    pub deployed_commit_id: Option<String>,
}

readable!(GitRepository { provider, url, name, branch, deployed_commit_id });

/// An image registry or a chart repository.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
pub struct Registry {
    /// UUID.
    pub id: String,
    /// The name.
    pub name: String,
    /// The address.
    pub url: String,
}

readable!(Registry { id, name, url });

/// Where a job (`image` or `docker`) or a chart (`repository` or `git`) comes from: one of them is there.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
pub struct Source {
    /// A job run from an image.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image: Option<Image>,
    /// A job built from git.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub docker: Option<Git>,
    /// A chart of a chart repository.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub repository: Option<Chart>,
    /// A chart in git.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub git: Option<Git>,
}

readable!(Source { image, docker, repository, git });

/// An image of a registry.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
pub struct Image {
    /// The image's name.
    pub image_name: String,
    /// The desired tag.
    pub tag: String,
    /// The registry.
    pub registry: Registry,
}

readable!(Image { image_name, tag, registry });

/// A git source.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
pub struct Git {
    /// The repository.
    pub git_repository: Option<GitRepository>,
}

readable!(Git { git_repository });

/// A chart of a chart repository.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
pub struct Chart {
    /// The chart's name.
    pub chart_name: String,
    /// The desired version.
    pub chart_version: String,
    /// The repository.
    pub repository: Registry,
}

readable!(Chart { chart_name, chart_version, repository });

/// When a job executes. A lifecycle job has commands, a cron job has a schedule.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
pub struct Schedule {
    /// Executed when its environment is deployed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub on_start: Option<Command>,
    /// Executed when its environment is stopped.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub on_stop: Option<Command>,
    /// The schedule of a cron job.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cronjob: Option<Cron>,
}

readable!(Schedule { on_start, on_stop, cronjob });

/// What a job runs; only that it is there is read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
pub struct Command {}

readable!(Command {});

/// The schedule of a cron job.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
pub struct Cron {
    /// A crontab expression.
    pub scheduled_at: String,
    /// The time zone it is read in.
    pub timezone: String,
}

readable!(Cron { scheduled_at, timezone });
