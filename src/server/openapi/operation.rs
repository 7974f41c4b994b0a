//! What each endpoint is called, takes and answers with.
//!
//! Invariant: one `match` without a wildcard, so that a new endpoint is described or nothing compiles.

use schemars::SchemaGenerator;
use serde_json::{Value, json};

use super::shapes::{self, list, of, read};
use crate::api::Endpoint;
use crate::api::action::{Cancel, Deploy, DeploySubset, Subset};
use crate::api::fault::Faults;
use crate::api::history::History;
use crate::api::live::{EnvironmentDetail, ProjectLive};
use crate::api::log::LogLine;
use crate::api::outcome::Outcome;
use crate::api::queue::Queued;
use crate::api::scenario::{Capabilities, Reset, Scenarios};
use crate::api::status::{EnvironmentStatus, ServiceStatus, Statuses, StatusesWithStages};
use crate::api::version::{ChartVersions, Commit, ImageVersions};

/// An endpoint in words and schemas.
pub struct Operation {
    /// One line.
    pub summary: &'static str,
    /// What is sent.
    pub body: Option<Body>,
    /// The status of a success.
    pub status: u16,
    /// The body of a success.
    pub answer: Value,
    /// Name, words and schema of each query parameter; none is required.
    pub query: Vec<(&'static str, &'static str, Value)>,
}

/// The body of a request.
pub struct Body {
    /// Its schema.
    pub schema: Value,
    /// Whether it has to be there.
    pub required: bool,
}

/// Reads and replacements are answered when they are done.
fn done(summary: &'static str, answer: Value) -> Operation {
    Operation { summary, body: None, status: 200, answer, query: Vec::new() }
}

/// A list of which as many come as are asked for.
fn paged(operation: Operation) -> Operation {
    let size = json!({ "type": "integer", "minimum": 0 });
    operation.query("pageSize", "How many at most; 20 if not told.", size)
}

/// Actions are answered when they are accepted.
fn accepted(summary: &'static str, answer: Value) -> Operation {
    Operation { status: 202, ..done(summary, answer) }.may_take(shapes::open())
}

impl Operation {
    fn takes(self, schema: Value) -> Operation {
        Operation { body: Some(Body { schema, required: true }), ..self }
    }

    fn may_take(self, schema: Value) -> Operation {
        Operation { body: Some(Body { schema, required: false }), ..self }
    }

    fn query(mut self, name: &'static str, about: &'static str, schema: Value) -> Operation {
        self.query.push((name, about, schema));
        self
    }
}

/// Whether it asks the lifecycle, which may refuse.
pub fn is_action(endpoint: Endpoint) -> bool {
    use Endpoint as E;
    matches!(
        endpoint,
        E::DeployEnvironment
            | E::RedeployEnvironment
            | E::StopEnvironment
            | E::CancelEnvironment
            | E::DeploySubset
            | E::RestartSubset
            | E::StopSubset
            | E::TakeBack
            | E::DeployService
            | E::RedeployService
            | E::StopService
            | E::RestartService
    )
}

/// The endpoint, described.
pub fn of_endpoint(endpoint: Endpoint, schemas: &mut SchemaGenerator) -> Operation {
    use Endpoint as E;
    let text = || json!({ "type": "string" });
    let since = || json!({ "type": "integer", "minimum": 0 });
    const SINCE: &str = "The revision the reader knows: only what changed after it is sent.";
    match endpoint {
        E::Organizations => done("All organizations", list(shapes::entity())),
        E::Projects => done("Projects of an organization", list(shapes::entity())),
        E::Images => done("Tags of images of a registry, newest first", list(of::<ImageVersions>(schemas))).query(
            "imageName",
            "Only this image.",
            text(),
        ),
        E::Charts => done("Versions of charts of a repository, newest first", list(of::<ChartVersions>(schemas)))
            .query("chartName", "Only this chart.", text()),
        E::Environments => done("Environments of a project", list(shapes::entity())),
        E::EnvironmentsOverview => done("The same with their status", list(shapes::overview(schemas))),
        E::EnvironmentsStatus => done("Statuses of a project's environments", list(of::<EnvironmentStatus>(schemas))),
        E::Environment => done("An environment, as configured", shapes::entity()),
        E::EnvironmentStatus => done("The status of an environment", of::<EnvironmentStatus>(schemas)),
        E::Statuses => done("Statuses of an environment and its services", of::<Statuses>(schemas)),
        E::StatusesWithStages => done("The same by stage", of::<StatusesWithStages>(schemas)),
        E::Services => done("Services of an environment, all kinds", list(shapes::service())),
        E::Stages => done("Stages of an environment, in order", list(shapes::stage())),
        E::History => paged(done("Deployments of an environment, newest first", of::<History>(schemas))),
        E::Queue => done("Requests that wait, first in first out", list(of::<Queued>(schemas))),
        E::Logs => {
            let lines = json!({ "type": "array", "items": of::<LogLine>(schemas) });
            done("Log lines of a deployment, oldest first", lines).query(
                "version",
                "The deployment's execution id; the last deployment if not told.",
                text(),
            )
        }
        E::DeployEnvironment => accepted("Deploy an environment", shapes::asked(schemas)),
        E::RedeployEnvironment => accepted("Redeploy an environment", shapes::asked(schemas)),
        E::StopEnvironment => accepted("Stop an environment", shapes::asked(schemas)),
        E::CancelEnvironment => {
            accepted("Cancel the running deployment", shapes::asked(schemas)).may_take(read::<Cancel>(schemas, &[]))
        }
        E::DeploySubset => accepted("Deploy services, chosen versions or latest versions", shapes::asked(schemas))
            .takes(read::<DeploySubset>(schemas, &[])),
        E::RestartSubset => {
            accepted("Restart services of an environment", shapes::asked(schemas)).takes(read::<Subset>(schemas, &[]))
        }
        E::StopSubset => {
            let stop = accepted("Stop services of an environment", shapes::asked(schemas));
            // The contract's one action with this status.
            Operation { status: 200, ..stop }.takes(read::<Subset>(schemas, &[]))
        }
        E::TakeBack => accepted("Take back a waiting request", json!({ "type": "object" })),
        E::Service => done("A service, as configured", shapes::service()),
        E::Configure => {
            done("Replace a service's desired configuration", shapes::service()).takes(shapes::configuration())
        }
        E::ServiceStatus => done("The status of a service", of::<ServiceStatus>(schemas)),
        E::Commits => done("Commits of a git service, newest first", list(of::<Commit>(schemas))),
        E::DeployService => {
            accepted("Deploy a service, in another version if one is named", of::<ServiceStatus>(schemas))
                .may_take(read::<Deploy>(schemas, &[]))
        }
        E::RedeployService => accepted("Redeploy a service", of::<ServiceStatus>(schemas)),
        E::StopService => accepted("Stop a service", of::<ServiceStatus>(schemas)),
        E::RestartService => accepted("Restart a service", of::<ServiceStatus>(schemas)),
        E::Capabilities => done("Whether the paths under /x are there", of::<Capabilities>(schemas)),
        E::ProjectLive => done("Live state of a project", of::<ProjectLive>(schemas)).query("since", SINCE, since()),
        E::EnvironmentLive => {
            done("Live state of an environment", of::<EnvironmentDetail>(schemas)).query("since", SINCE, since())
        }
        E::Deployments => {
            paged(done("Deployments of an environment, with every verb and origin there is", of::<History>(schemas)))
        }
        E::Outcome => done("What became of a request, item by item", of::<Outcome>(schemas)),
        E::Faults => done("Faults that are on", of::<Faults>(schemas)),
        E::SetFaults => done("Replace the faults", of::<Faults>(schemas)).takes(read::<Faults>(schemas, &[])),
        E::ExportWorld => done("The open world, as a world file", shapes::open()),
        E::ImportWorld => done("Open a world file", of::<Scenarios>(schemas)).takes(shapes::open()),
        E::Scenarios => done("The scenario that is open, and those there are", of::<Scenarios>(schemas)),
        E::Reset => done("Begin a scenario", of::<Scenarios>(schemas)).takes(read::<Reset>(schemas, &["name"])),
    }
}
