//! One row of each list: what is known of an environment or a service, as plain values.

use std::sync::Arc;

use crate::api::live::RunningConfiguration;
use crate::api::service::Service;
use crate::client::meaning;
use crate::lifecycle::plan::{Effect, effect};
use crate::lifecycle::{
    Action, Engine, EnvironmentFacts, EnvironmentId, Kind, Pods, Provider, Refusal, RequestId, RunningStatus, Scope,
    ServiceFacts, ServiceId, Source, Status, Sync,
};

/// A moment: milliseconds since 1970, UTC, on the server's clock.
pub type Millis = i64;

/// What is known of an environment.
#[derive(Clone, Debug, PartialEq)]
pub struct EnvironmentRow {
    /// Its id.
    pub id: EnvironmentId,
    /// Its name, as it is shown.
    pub name: Arc<str>,
    /// Its name as it came, for who types it.
    pub given: Arc<str>,
    /// The mode as it came: `PRODUCTION`, `STAGING`, `DEVELOPMENT`, `PREVIEW`, or a name this version does not know.
    pub mode: Arc<str>,
    /// The cloud provider of its cluster.
    pub provider: Provider,
    /// The region of its cluster; empty where not told.
    pub region: Arc<str>,
    /// The name of its cluster.
    pub cluster: Arc<str>,
    /// The id of its cluster; empty where not told.
    pub cluster_id: Arc<str>,
    /// Its Kubernetes namespace; empty where not told.
    pub namespace: Arc<str>,
    /// The roll-up of its services' shown statuses (law §7).
    pub status: Status,
    /// The roll-up of its services' pods (law §7).
    pub running: RunningStatus,
    /// How many services are shown in which status; empty where not told.
    pub counts: Vec<(Status, usize)>,
    /// How many services it has.
    pub services: usize,
    /// How many of them are out of date.
    pub out_of_date: usize,
    /// Whether a service was ever deployed (asked of the statuses beneath).
    pub ever_deployed: bool,
    /// Whether the running deployment can be canceled; `None`: not told.
    pub cancelable: Option<bool>,
    /// How the last deployment ended; it may differ from the roll-up.
    pub last_deployment: Option<Status>,
    /// The last operation.
    pub operation: Option<Operation>,
    /// How many requests wait.
    pub queue: usize,
    /// Since when it is in this status.
    pub since: Option<Millis>,
    /// What the search looks in: name, mode, cluster, namespace, in lower case.
    pub haystack: Arc<str>,
}

/// What is known of a service.
#[derive(Clone, Debug, PartialEq)]
pub struct ServiceRow {
    /// Its id.
    pub id: ServiceId,
    /// Its name, as it is shown.
    pub name: Arc<str>,
    /// What it is.
    pub kind: Kind,
    /// Where its code comes from.
    pub source: Source,
    /// The engine, of a database.
    pub engine: Engine,
    /// The provider of the cluster.
    pub provider: Provider,
    /// The name of its stage; empty where not told.
    pub stage: Arc<str>,
    /// The place of its stage in the pipeline, from 0.
    pub stage_order: usize,
    /// The shown status.
    pub status: Status,
    /// The status beneath the overlay of a waiting request (law §2).
    pub beneath: Status,
    /// Since when.
    pub since: Option<Millis>,
    /// Its pods in one word.
    pub running: RunningStatus,
    /// Whether it is brought up; `None`: not told.
    pub up: Option<bool>,
    /// Its pods; empty where none run or none are told.
    pub pods: Vec<PodRow>,
    /// How many pods there should be; `None`: not told, or not pods that stay up.
    pub desired: Option<u32>,
    /// How many pods are ready.
    pub ready: u32,
    /// Whether what runs is what is desired.
    pub sync: Sync,
    /// The sizes it runs with, where they are told: of a service that is out of date.
    pub runs_with: Option<RunningConfiguration>,
    /// The version that runs.
    pub version_running: Option<Arc<str>>,
    /// The version that is desired.
    pub version_desired: Option<Arc<str>>,
    /// The version that is being deployed.
    pub version_deploying: Option<Arc<str>>,
    /// How many requests of its own wait.
    pub requests: usize,
    /// The last operation on it.
    pub operation: Option<Operation>,
    /// What the last deployment has to say: "skipped, because api failed".
    pub note: Option<Arc<str>>,
    /// The deployment that left it in an error, where told; by the contract the last that it was part of.
    pub failed_in: Option<Arc<str>>,
    /// What the search looks in: name, kind, stage, versions, in lower case.
    pub haystack: Arc<str>,
    /// The contract's own value: source, vCPU, memory, instances.
    pub wire: Arc<Service>,
}

impl ServiceRow {
    /// Whether the server says which version is deployed; the contract alone does so of git only.
    pub fn tells_version(&self) -> bool {
        self.up.is_some() || !self.beneath.ever_deployed()
    }

    /// The version that is deployed, where it is told, whether pods of it run or not.
    pub fn version_deployed(&self) -> Option<&Arc<str>> {
        let commit = self.version_desired.as_ref().filter(|_| !self.tells_version() && self.source == Source::Git);
        self.version_running.as_ref().or(commit)
    }
}

/// One pod.
#[derive(Clone, Debug, PartialEq)]
pub struct PodRow {
    /// Its name.
    pub name: Arc<str>,
    /// Its state.
    pub running: RunningStatus,
    /// Whether its probes are ok.
    pub ready: bool,
    /// Whether it is of the generation that is being replaced.
    pub old: bool,
    /// How often it was restarted.
    pub restarts: u32,
    /// What it has to say.
    pub message: Option<Arc<str>>,
}

/// The last operation on a service or an environment.
#[derive(Clone, Debug, PartialEq)]
pub struct Operation {
    /// What, where it is one of the actions.
    pub action: Option<Action>,
    /// What, in words.
    pub words: Arc<str>,
    /// When it was asked.
    pub at: Millis,
    /// Who asked.
    pub actor: Arc<str>,
    /// From where: console, API, CLI, CI/CD.
    pub origin: Arc<str>,
    /// The status it ended in.
    pub outcome: Option<Status>,
    /// Whether it goes on.
    pub ongoing: bool,
    /// The deployment it was part of, where told.
    pub deployment: Option<Arc<str>>,
}

/// A request that waits.
#[derive(Clone, Debug, PartialEq)]
pub struct Queued {
    /// The request.
    pub id: RequestId,
    /// Its place in the queue, from 1.
    pub place: u64,
    /// What, where it is one of the actions.
    pub action: Option<Action>,
    /// What on what, in words.
    pub words: Arc<str>,
    /// Which services wait in it; empty: not told.
    pub services: Vec<ServiceId>,
    /// Who asked.
    pub actor: Arc<str>,
    /// From where.
    pub origin: Arc<str>,
    /// When it was asked.
    pub at: Millis,
}

/// The deployment that runs.
#[derive(Clone, Debug, PartialEq)]
pub struct Running {
    /// What, in words.
    pub words: Arc<str>,
    /// Who asked.
    pub actor: Arc<str>,
    /// From where.
    pub origin: Arc<str>,
    /// When it started, where told.
    pub started: Option<Millis>,
    /// Whether Cancel acts on it.
    pub cancelable: bool,
    /// Whether it is being canceled.
    pub canceling: bool,
    /// Its services: where each is, and what is said of it.
    pub services: Vec<(ServiceId, Status, Option<Arc<str>>)>,
}

impl EnvironmentRow {
    /// Its cluster, or the region of that, where the name is not told.
    pub fn place(&self) -> String {
        (if self.cluster.is_empty() { &self.region } else { &self.cluster }).to_string()
    }

    /// What the rule looks at in the environment.
    pub fn facts(&self) -> EnvironmentFacts {
        EnvironmentFacts { ever_deployed: self.ever_deployed, cancelable: self.cancelable }
    }

    /// Stand-ins for its services, made of the counts, for as long as the services are not loaded: everything but the
    /// status is unknown, and what is unknown never refuses (law §3).
    pub fn stand_ins(&self) -> Vec<ServiceFacts> {
        let stand_in = |status: &Status| ServiceFacts {
            status: status.clone(),
            kind: Kind::Application,
            source: Source::Unknown,
            engine: Engine::Unknown,
            provider: self.provider,
            pods: Pods::Unknown,
        };
        if self.counts.is_empty() && self.services > 0 {
            return vec![stand_in(&self.status)];
        }
        self.counts.iter().filter(|(_, count)| *count > 0).map(|(status, _)| stand_in(status)).collect()
    }

    /// Whether it is a production environment: confirmations grow with the blast radius.
    pub fn production(&self) -> bool {
        &*self.mode == "PRODUCTION"
    }
}

impl ServiceRow {
    /// What it is, in words; a kind that is not known as it came.
    pub fn kind_words(&self) -> String {
        meaning::kind_words(&self.wire, self.kind).to_owned()
    }

    /// What the rule looks at: a new request is judged by the shown status.
    pub fn facts(&self) -> ServiceFacts {
        let any_pod = self.pods.iter().any(|pod| pod.running != RunningStatus::Stopping);
        ServiceFacts {
            status: self.status.clone(),
            kind: self.kind,
            source: self.source,
            engine: self.engine,
            provider: self.provider,
            pods: meaning::pods(self.up, &self.running, any_pod),
        }
    }

    /// Whether it is brought up: a Redeploy brings up what is not (law §5).
    pub fn is_up(&self) -> bool {
        meaning::is_up(self.up, self.kind, &self.running, &self.beneath)
    }
    /// What an action on a scope will do to it.
    ///
    /// # Errors
    /// Why it does nothing to it (law §3).
    pub fn plan(&self, action: Action, scope: Scope, size: usize) -> Result<Effect, Refusal> {
        let sync = if self.beneath.ever_deployed() { self.sync } else { Sync::NeverDeployed };
        effect(action, scope, size, &self.facts(), sync, self.is_up())
    }
}
