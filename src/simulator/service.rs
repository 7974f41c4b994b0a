//! One service: what it is, what it is set to, what it runs, and how its last deployment went.

use std::collections::VecDeque;
use std::sync::Arc;

use crate::lifecycle::note::Note;
use crate::lifecycle::rollup::managed_running;
use crate::lifecycle::{
    Action, Engine, Kind, Pods, Provider, Queue, RequestId, RunningStatus, ServiceFacts, ServiceId, Source, StageId,
    Status, Sync,
};

use super::configuration::{Configuration, Version};
use super::pod::{Generation, Pod, PodPhase};
use super::request::Actor;
use super::rollout::{MOST_PODS, Rollout};
use super::world::Millis;

/// The last action that was run, or runs, on a service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LastOperation {
    /// The request.
    pub request: RequestId,
    /// What it means for this service.
    pub action: Action,
    /// Who asked.
    pub actor: Actor,
    /// When it started.
    pub at: Millis,
}

/// One service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Service {
    /// Its id.
    pub id: ServiceId,
    /// Its name.
    pub name: Arc<str>,
    /// What it is.
    pub kind: Kind,
    /// Where its code comes from.
    pub source: Source,
    /// The engine, of a database.
    pub engine: Engine,
    /// Whether a lifecycle job has a command for Stop; without one it stops at once (law §3).
    pub has_stop_command: bool,
    /// The stage it is deployed in.
    pub stage: StageId,
    /// What the user has set.
    pub desired: Configuration,
    /// What the last successful deployment put on the cluster; kept while stopped.
    pub running: Option<Configuration>,
    /// Whether it is brought up: pods exist, a schedule is on, a database is not paused, a job has executed.
    pub up: bool,
    /// The deployment status *beneath* the overlay (law §2).
    pub status: Status,
    /// Since when it has its status, Unix ms.
    pub since: Millis,
    /// Its pods, those being removed included.
    pub pods: Vec<Pod>,
    /// The pod set that `running` describes.
    pub set: u32,
    /// The newest pod set.
    pub newest_set: u32,
    /// The serial of its newest pod.
    pub newest_pod: u32,
    /// The replacement of pods under way, if one is.
    pub rollout: Option<Rollout>,
    /// The version that is being brought to the cluster.
    pub deploying: Option<Version>,
    /// Its waiting requests, the first one first, and under which queued status they show.
    pub waiting: VecDeque<(RequestId, Queue)>,
    /// The commits whose image exists (law §5).
    pub images: Vec<Version>,
    /// The last action run on it.
    pub last: Option<LastOperation>,
    /// What is worth saying about it.
    pub note: Option<Note>,
    /// The world's revision of its last visible change.
    pub revision: u64,
    /// Its place among the runs of the running deployment, while its own is not over.
    pub run: Option<usize>,
    /// Number of its run's current timer: an older event is void.
    pub ticket: u32,
}

impl Service {
    /// A service that was never deployed.
    pub fn new(id: ServiceId, name: &str, kind: Kind, source: Source, stage: StageId) -> Service {
        Service {
            id,
            name: name.into(),
            kind,
            source,
            engine: Engine::Unknown,
            has_stop_command: false,
            stage,
            desired: Configuration::default(),
            running: None,
            up: false,
            status: Status::Ready,
            since: 0,
            pods: Vec::new(),
            set: 0,
            newest_set: 0,
            newest_pod: 0,
            rollout: None,
            deploying: None,
            waiting: VecDeque::new(),
            images: Vec::new(),
            last: None,
            note: None,
            revision: 0,
            run: None,
            ticket: 0,
        }
    }

    /// Puts the desired configuration on the cluster with ready pods, as if deployed long ago: for building worlds.
    pub fn deployed(mut self, at: Millis) -> Service {
        self.running = Some(self.desired.clone());
        self.status = Status::Deployed;
        self.since = at;
        self.bring_up(at);
        self
    }

    /// Gives it the ready pods of its running configuration (or of the desired one): for building worlds, where the
    /// status is set apart. The status stays as it is.
    pub fn bring_up(&mut self, at: Millis) {
        self.up = true;
        self.pods.clear();
        self.newest_set += 1;
        self.set = self.newest_set;
        if !self.has_pods() {
            return;
        }
        let configuration = self.running.as_ref().unwrap_or(&self.desired);
        let version = configuration.version.clone();
        for _ in 0..configuration.min_instances {
            self.newest_pod += 1;
            self.pods.push(Pod {
                serial: self.newest_pod,
                set: self.set,
                version: version.clone(),
                phase: PodPhase::Ready,
                restarts: 0,
                since: at,
                ticket: 0,
            });
        }
        if self.source == Source::Git
            && let Some(version) = version
        {
            self.built(version);
        }
    }

    /// The image of this version has been built.
    pub fn built(&mut self, version: Version) {
        if !self.images.contains(&version) {
            self.images.push(version);
        }
    }

    /// Whether its kind is run as pods that the simulator models one by one.
    pub fn has_pods(&self) -> bool {
        match self.kind {
            Kind::Application | Kind::Container | Kind::ContainerDatabase | Kind::Helm => true,
            Kind::ManagedDatabase | Kind::LifecycleJob | Kind::CronJob | Kind::Unknown => false,
        }
    }

    /// The status that is shown: with the overlay of the first waiting request (law §2).
    pub fn shown(&self) -> Status {
        self.status.shown(self.waiting.front().map(|(_, queue)| *queue))
    }

    /// What the rule looks at for a new request: the shown status (law §2).
    pub fn facts(&self, provider: Provider) -> ServiceFacts {
        self.facts_with(self.shown(), provider)
    }

    /// What the rule looks at when a waiting request's turn comes: the status beneath (law §2).
    pub fn facts_beneath(&self, provider: Provider) -> ServiceFacts {
        self.facts_with(self.status.clone(), provider)
    }

    fn facts_with(&self, status: Status, provider: Provider) -> ServiceFacts {
        let pods = if self.up || self.pods.iter().any(Pod::is_alive) { Pods::Running } else { Pods::None };
        ServiceFacts { status, kind: self.kind, source: self.source, engine: self.engine, provider, pods }
    }

    /// Whether the desired configuration is what runs (law §1): not so where a way back that failed has left a mixture.
    pub fn sync(&self) -> Sync {
        if !self.status.ever_deployed() {
            return Sync::NeverDeployed;
        }
        // While a run is not over its pods come and go.
        match &self.running {
            Some(running) if *running == self.desired && (self.run.is_some() || self.is_whole()) => Sync::UpToDate,
            Some(_) | None => Sync::OutOfDate,
        }
    }

    /// Whether the pods are exactly one set of the running configuration: not so after a rollback that failed.
    pub fn is_whole(&self) -> bool {
        let wanted = match &self.running {
            Some(running) if self.up && self.has_pods() => running.min_instances.min(MOST_PODS),
            Some(_) | None => return true,
        };
        let alive = self.pods.iter().filter(|pod| pod.is_alive());
        alive.clone().all(|pod| pod.set == self.set) && alive.count() == wanted as usize
    }

    /// Its pods, now (law §2).
    pub fn running_status(&self) -> RunningStatus {
        match self.kind {
            Kind::ManagedDatabase => match managed_running(&self.status) {
                RunningStatus::Unknown if self.up => RunningStatus::Running,
                RunningStatus::Unknown => RunningStatus::Stopped,
                known => known,
            },
            Kind::LifecycleJob | Kind::CronJob => match self.status {
                Status::Deploying | Status::Stopping => RunningStatus::Running,
                Status::DeploymentError => RunningStatus::Error,
                _ if self.up => RunningStatus::Completed,
                _ => RunningStatus::Stopped,
            },
            Kind::Application | Kind::Container | Kind::ContainerDatabase | Kind::Helm => self.pods_status(),
            Kind::Unknown => RunningStatus::Unknown,
        }
    }

    fn pods_status(&self) -> RunningStatus {
        let alive = self.pods.iter().filter(|pod| pod.is_alive()).count();
        let errors = self.pods.iter().filter(|pod| pod.phase == PodPhase::Error).count();
        let ready = self.ready_pods();
        match (alive, errors, ready) {
            (0, _, _) if self.pods.is_empty() => RunningStatus::Stopped,
            (0, _, _) => RunningStatus::Stopping,
            (alive, errors, _) if alive == errors => RunningStatus::Error,
            (_, 0, 0) => RunningStatus::Starting,
            (_, 0, _) => RunningStatus::Running,
            (_, _, _) => RunningStatus::Warning,
        }
    }

    /// How many of its pods are ready.
    pub fn ready_pods(&self) -> usize {
        self.pods.iter().filter(|pod| pod.is_ready()).count()
    }

    /// Whether a pod belongs to the newest set or to one that is, or was, being replaced.
    pub fn generation(&self, pod: &Pod) -> Generation {
        if self.pods.iter().all(|other| other.set <= pod.set) { Generation::New } else { Generation::Old }
    }
}
