//! What the product sends by websocket: how services run, which its REST part does not tell.
//!
//! Read only: no server of ours sends it (ours tells of changes by server-sent events).

use super::reading::readable;

/// A message of `/service/status`: the whole state of what was asked for, or of what changed in it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RunningStatuses {
    /// By environment.
    pub environments: Vec<EnvironmentRunning>,
}

readable!(RunningStatuses { environments });

/// How an environment's services run.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct EnvironmentRunning {
    /// UUID.
    pub id: String,
    /// The roll-up: `STARTING`, `RUNNING`, `ERROR`, `STOPPING`, `STOPPED`, `COMPLETED`, `WARNING`.
    pub state: String,
    /// Its applications.
    pub applications: Vec<ServiceRunning>,
    /// Its containers.
    pub containers: Vec<ServiceRunning>,
    /// Its databases in containers.
    pub databases: Vec<ServiceRunning>,
    /// Its jobs.
    pub jobs: Vec<ServiceRunning>,
    /// Its Helm charts.
    pub helms: Vec<ServiceRunning>,
    /// What is no kind of ours.
    pub terraform: Vec<ServiceRunning>,
}

readable!(EnvironmentRunning { id, state, applications, containers, databases, jobs, helms, terraform });

impl EnvironmentRunning {
    /// All its services, in the order of the fields.
    pub fn services(&self) -> impl Iterator<Item = &ServiceRunning> {
        [&self.applications, &self.containers, &self.databases, &self.jobs, &self.helms, &self.terraform]
            .into_iter()
            .flatten()
    }
}

/// How a service runs.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ServiceRunning {
    /// UUID.
    pub id: String,
    /// Its pods in one word, as of an environment.
    pub state: String,
    /// Its pods.
    pub pods: Vec<PodRunning>,
}

readable!(ServiceRunning { id, state, pods });

/// How a pod runs.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PodRunning {
    /// The name in the namespace.
    pub name: String,
    /// In one word, as of a service.
    pub state: String,
    /// How often it was started again.
    pub restart_count: u32,
    /// What needs saying; may be empty.
    pub state_message: Option<String>,
}

readable!(PodRunning { name, state, restart_count, state_message });
