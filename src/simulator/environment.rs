//! One environment: its stages, services, running deployment, queue and history.

use std::collections::VecDeque;
use std::sync::Arc;

use crate::lifecycle::rollup::{environment_running, environment_status};
use crate::lifecycle::{
    EnvironmentFacts, EnvironmentId, Provider, RequestId, RunningStatus, ServiceFacts, ServiceId, StageId, Status,
};

use super::deployment::Deployment;
use super::record::Record;
use super::service::Service;

/// What an environment is for (law §1).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Mode {
    /// Production.
    Production,
    /// Staging.
    Staging,
    /// Development.
    Development,
    /// Made for a pull request.
    Preview,
    /// A name this version does not know, kept as it came.
    Unknown(Arc<str>),
}

/// A stage of the pipeline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stage {
    /// Its id.
    pub id: StageId,
    /// Its name.
    pub name: Arc<str>,
}

/// One environment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Environment {
    /// Its id.
    pub id: EnvironmentId,
    /// Its name.
    pub name: Arc<str>,
    /// What it is for.
    pub mode: Mode,
    /// The cloud provider of its cluster.
    pub provider: Provider,
    /// The region of its cluster.
    pub region: Arc<str>,
    /// The name of its cluster.
    pub cluster: Arc<str>,
    /// Its Kubernetes namespace.
    pub namespace: Arc<str>,
    /// Its stages, in the order they are deployed. A service in a stage that is not listed runs after all of them.
    pub stages: Vec<Stage>,
    /// Its services.
    pub services: Vec<Service>,
    /// The deployment it runs now: at most one (law §6).
    pub running: Option<Deployment>,
    /// The waiting requests, first in first out.
    pub queue: VecDeque<Record>,
    /// The requests that are over, newest last.
    pub history: Vec<Record>,
    /// The world's revision of its last visible change, those of its services included.
    pub revision: u64,
}

impl Environment {
    /// An environment with nothing in it.
    pub fn new(id: EnvironmentId, name: &str, mode: Mode, provider: Provider, region: &str) -> Environment {
        Environment {
            id,
            name: name.into(),
            mode,
            provider,
            region: region.into(),
            cluster: region.into(),
            namespace: name.into(),
            stages: Vec::new(),
            services: Vec::new(),
            running: None,
            queue: VecDeque::new(),
            history: Vec::new(),
            revision: 0,
        }
    }

    /// Its status, derived (law §7). Costs a look at every service.
    pub fn status(&self) -> Status {
        let shown: Vec<Status> = self.services.iter().map(Service::shown).collect();
        environment_status(&shown)
    }

    /// Its running status, derived (law §7). Costs a look at every service.
    pub fn running_status(&self) -> RunningStatus {
        environment_running(
            self.services.iter().map(|service| (service.kind, &service.status, service.running_status())),
        )
    }

    /// What the rule looks at in it, beside its services.
    pub fn facts(&self) -> EnvironmentFacts {
        EnvironmentFacts {
            ever_deployed: self.services.iter().any(|service| service.status.ever_deployed()),
            cancelable: Some(self.running.as_ref().is_some_and(Deployment::cancelable)),
        }
    }

    /// What the rule looks at in each of its services, for a new request.
    pub fn services_facts(&self) -> Vec<ServiceFacts> {
        self.services.iter().map(|service| service.facts(self.provider)).collect()
    }

    /// One of its services.
    pub fn service(&self, id: ServiceId) -> Option<&Service> {
        self.services.iter().find(|service| service.id == id)
    }

    /// The place of a waiting request in the queue, from 1.
    pub fn position(&self, request: RequestId) -> Option<usize> {
        self.queue.iter().position(|record| record.id == request).map(|place| place + 1)
    }

    /// A request, wherever it is: waiting, running or over.
    pub fn record(&self, request: RequestId) -> Option<&Record> {
        let running = self.running.iter().map(|deployment| &deployment.record);
        running.chain(&self.queue).chain(self.history.iter().rev()).find(|record| record.id == request)
    }

    /// The deployment that ran last, or runs.
    pub fn last_deployment(&self) -> Option<&Record> {
        let ran = |record: &&Record| record.started_at.is_some() && record.action != crate::lifecycle::Action::Cancel;
        let running = self.running.as_ref().map(|deployment| &deployment.record);
        running.or_else(|| self.history.iter().rev().find(ran))
    }

    /// Forgets the requests that ended first, until `most` are left; never one that a status refers to (law §6).
    pub(super) fn forget(&mut self, most: usize) {
        while self.history.len() > most {
            let last = self.last_deployment().map(|record| record.id);
            let is_told = |id: RequestId| {
                let of_service = |service: &Service| service.last.as_ref().is_some_and(|last| last.request == id);
                Some(id) == last || self.services.iter().any(of_service)
            };
            let Some(oldest) = self.history.iter().position(|record| !is_told(record.id)) else { return };
            self.history.remove(oldest);
        }
    }
}
