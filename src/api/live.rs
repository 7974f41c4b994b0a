//! What is going on, in one small answer: our own `/x/…/live`.
//!
//! A reader keeps the last `revision` and asks for what changed since: nothing changed costs a few bytes. A revision
//! that is greater than the world's (the world was replaced) gets everything, as does 0 or none. Of one `start` an answer
//! with a lower revision is an older one.

use serde::Serialize;

use super::reading::readable;

use super::time::Time;

/// Answer of `GET /x/project/{id}/live?since=`.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
pub struct ProjectLive {
    /// Which start of the server it is, or making of its world anew: revisions of one start never go back, those of another
    /// say nothing.
    pub start: u64,
    /// Ask with this next time.
    pub revision: u64,
    /// Whether this is everything rather than what changed: forget what is not named here.
    pub full: bool,
    /// The server's clock.
    pub now: Time,
    /// The environments that changed.
    pub environments: Vec<EnvironmentLive>,
}

readable!(ProjectLive { start, revision, full, now, environments });

/// Answer of `GET /x/environment/{id}/live?since=`.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
pub struct EnvironmentDetail {
    /// Which start of the server it is, as [`ProjectLive::start`] says.
    pub start: u64,
    /// Ask with this next time.
    pub revision: u64,
    /// Whether this is everything rather than what changed: forget what is not named here.
    pub full: bool,
    /// The server's clock.
    pub now: Time,
    /// The environment, always.
    pub environment: EnvironmentLive,
    /// The services that changed.
    pub services: Vec<ServiceLive>,
    /// The requests that wait, first in first out, always all.
    pub queue: Vec<QueuedRequest>,
    /// The deployment that runs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deployment: Option<RunningDeployment>,
}

readable!(EnvironmentDetail { start, revision, full, now, environment, services, queue, deployment });

/// How an environment is doing.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
pub struct EnvironmentLive {
    /// UUID.
    pub id: String,
    /// The roll-up of its services (law §7).
    pub state: String,
    /// The roll-up of their pods (law §7).
    pub running_state: String,
    /// How many services in which shown status, most first.
    pub counts: Vec<StateCount>,
    /// How many services there are.
    pub services_count: usize,
    /// How many of them are out of date.
    pub out_of_date: usize,
    /// Whether one was ever deployed.
    pub ever_deployed: bool,
    /// Whether there is a deployment that Cancel acts on (law §4).
    pub cancelable: bool,
    /// The outcome of the last deployment; none: there was none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_deployment_state: Option<String>,
    /// The running deployment, else the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_operation: Option<LastOperation>,
    /// How many requests wait.
    pub queue_length: usize,
    /// The Kubernetes namespace.
    pub namespace: String,
    /// Since when `state` holds.
    pub since: Time,
}

readable!(EnvironmentLive {
    id,
    state,
    running_state,
    counts,
    services_count,
    out_of_date,
    ever_deployed,
    cancelable,
    last_deployment_state,
    last_operation,
    queue_length,
    namespace,
    since
});

/// How many services are in a status.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
pub struct StateCount {
    /// The shown status.
    pub state: String,
    /// How many.
    pub count: usize,
}

readable!(StateCount { state, count });

/// An action that was run or is running.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
pub struct LastOperation {
    /// The action's stable name, such as `REDEPLOY`.
    pub action: String,
    /// When it ended; while it goes on, when it started.
    pub at: Time,
    /// Who asked.
    pub actor: String,
    /// From where.
    pub origin: String,
    /// How it ended: a status; while it goes on, the status now.
    pub outcome: String,
    /// Whether it goes on.
    pub ongoing: bool,
    /// The deployment it was part of, as the history calls it; none: it is not among those that are told.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deployment: Option<String>,
}

readable!(LastOperation { action, at, actor, origin, outcome, ongoing, deployment });

/// How a service is doing.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
pub struct ServiceLive {
    /// UUID.
    pub id: String,
    /// The shown status (law §2).
    pub state: String,
    /// The status beneath the queue's overlay (law §2).
    pub beneath: String,
    /// Since when the status beneath holds.
    pub since: Time,
    /// Its pods, now.
    pub running_state: String,
    /// Whether it is brought up: pods exist, a schedule is on, a database is not paused, a job has executed and was not
    /// stopped since. A Redeploy brings up what is not (law §5). It is not to be read off `running_state`: that of a job
    /// tells how its last execution went. None: not told.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub up: Option<bool>,
    /// The pods themselves.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub pods: Vec<PodLive>,
    /// How many pods are wanted.
    pub desired_instances: u32,
    /// How many are ready.
    pub ready_instances: u32,
    /// `NEVER_DEPLOYED`, `OUT_OF_DATE`, `UP_TO_DATE`.
    pub sync: String,
    /// Which version.
    pub version: VersionLive,
    /// What runs, of a service that is out of date: the desired values are told by the service itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub running_configuration: Option<RunningConfiguration>,
    /// How many requests wait for it.
    pub requests_count: u32,
    /// The action that runs on it, else the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_operation: Option<LastOperation>,
    /// What needs saying about its last deployment: "skipped, because api failed".
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// Of a service in an error, the deployment that failed: later ones may not have reached it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failed_in: Option<String>,
}

readable!(ServiceLive {
    id,
    state,
    beneath,
    since,
    running_state,
    up,
    pods,
    desired_instances,
    ready_instances,
    sync,
    version,
    running_configuration,
    requests_count,
    last_operation,
    note,
    failed_in
});

/// Which version of a service runs, is wanted, is on its way.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
pub struct VersionLive {
    /// What runs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub running: Option<String>,
    /// What is desired.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub desired: Option<String>,
    /// What is being deployed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deploying: Option<String>,
}

readable!(VersionLive { running, desired, deploying });

/// The sizes a service runs with, by the contract's names.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
pub struct RunningConfiguration {
    /// mCPU.
    pub cpu: u32,
    /// MB.
    pub memory: u32,
    /// The fewest instances.
    pub min_running_instances: u32,
    /// The most instances.
    pub max_running_instances: u32,
}

readable!(RunningConfiguration { cpu, memory, min_running_instances, max_running_instances });

/// A pod.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
pub struct PodLive {
    /// The name in the namespace.
    pub name: String,
    /// `STARTING`, `RUNNING`, `ERROR`, `STOPPING`.
    pub state: String,
    /// Whether its readiness probe succeeds.
    pub ready: bool,
    /// `old` while a roll-out replaces it, else `new`.
    pub generation: String,
    /// How often it was started again.
    pub restarts: u32,
    /// What needs saying: "readiness probe failed".
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
}

readable!(PodLive { name, state, ready, generation, restarts, message });

/// A request that waits.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
pub struct QueuedRequest {
    /// UUID.
    pub id: String,
    /// Its place, from 1.
    pub position: usize,
    /// The action's stable name.
    pub action: String,
    /// `SERVICE`, `SUBSET`, `ENVIRONMENT`.
    pub scope: String,
    /// The services it names.
    pub services: Vec<String>,
    /// Who asked.
    pub actor: String,
    /// From where.
    pub origin: String,
    /// When.
    pub at: Time,
}

readable!(QueuedRequest { id, position, action, scope, services, actor, origin, at });

/// The deployment that runs.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
pub struct RunningDeployment {
    /// The request being run.
    pub id: String,
    /// The action's stable name.
    pub action: String,
    /// `SERVICE`, `SUBSET`, `ENVIRONMENT`.
    pub scope: String,
    /// Who asked.
    pub actor: String,
    /// From where.
    pub origin: String,
    /// When it started.
    pub started_at: Time,
    /// Whether Cancel acts on it (law §4).
    pub cancelable: bool,
    /// Whether it is being canceled.
    pub canceling: bool,
    /// The services in it.
    pub services: Vec<DeployingService>,
}

readable!(RunningDeployment { id, action, scope, actor, origin, started_at, cancelable, canceling, services });

/// A service of the deployment that runs.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
pub struct DeployingService {
    /// UUID.
    pub id: String,
    /// Its status in this deployment.
    pub state: String,
    /// What needs saying: "skipped, because api failed".
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

readable!(DeployingService { id, state, note });
