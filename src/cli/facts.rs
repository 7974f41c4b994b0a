//! From the contract's words to what the rule looks at. Nothing fails here: what cannot be read is unknown, and what is
//! unknown never refuses.

use super::foreign;
use crate::api::live::{RunningConfiguration, ServiceLive};
use crate::api::service::Service;
use crate::api::status::ServiceStatus;
use crate::client::meaning;
use crate::client::order::word;
use crate::lifecycle::plan::{Effect, effect};
use crate::lifecycle::{
    Action, Engine, Kind, Provider, Refusal, RunningStatus, Scope, ServiceFacts, ServiceId, Source, Status, Sync,
};

/// The values that say whether what runs is what is desired.
const SYNCS: [Sync; 3] = [Sync::NeverDeployed, Sync::OutOfDate, Sync::UpToDate];

/// A service of an environment, and how it is doing.
#[derive(Clone, Debug)]
pub struct Member {
    /// Which.
    pub id: ServiceId,
    /// Its name.
    pub name: String,
    /// What it is.
    pub kind: Kind,
    /// Where its code comes from.
    pub source: Source,
    /// The stage it is in.
    pub stage: String,
    /// The place of that stage.
    pub stage_order: usize,
    /// The shown status; a name without letters where it is not told.
    pub status: Status,
    /// The status beneath the queue's overlay.
    pub beneath: Status,
    /// Its pods.
    pub running: RunningStatus,
    /// How many pods are ready, where pods are told; and how many are wanted, of a kind whose pods stay up.
    pub pods: Option<(u32, Option<u32>)>,
    /// Whether it is brought up, where that is told.
    up: Option<bool>,
    /// Whether it has a pod that is not being removed, where they are told.
    any_pod: bool,
    /// Whether what runs is what is desired, where that is told.
    pub sync: Option<Sync>,
    /// The version that runs, else the desired one.
    pub version: Option<String>,
    /// The desired version, where it is told beside the one that runs.
    pub desired_version: Option<String>,
    /// As configured.
    pub configured: Service,
    /// The sizes it runs with, where they are told and differ from the desired ones.
    pub runs_with: Option<RunningConfiguration>,
    /// How many requests wait for it.
    pub requests: u32,
    /// What needs saying about its last deployment.
    pub note: Option<String>,
    /// The deployment it was last part of and when that ended: what changes when it takes part in another.
    pub last: Option<String>,
    engine: Engine,
    provider: Provider,
}

impl Member {
    /// A service as configured; how it is doing is not told yet.
    pub fn read(from: &Service, provider: Provider) -> Option<Member> {
        let kind = meaning::kind(from);
        Some(Member {
            id: from.id.parse().ok()?,
            name: from.name.clone(),
            kind,
            source: meaning::source(from, kind),
            stage: String::new(),
            stage_order: usize::MAX,
            status: Status::from_name(""),
            beneath: Status::from_name(""),
            running: RunningStatus::Unknown,
            pods: None,
            up: None,
            any_pod: false,
            sync: None,
            version: meaning::desired_version(from).map(str::to_owned),
            desired_version: None,
            configured: from.clone(),
            runs_with: None,
            requests: 0,
            note: None,
            last: None,
            engine: from.engine.as_deref().map_or(Engine::Unknown, Engine::from_name),
            provider,
        })
    }

    /// With what the paths of our own tell.
    pub fn set_live(&mut self, from: &ServiceLive) {
        self.status = Status::from_name(&from.state);
        self.beneath = Status::from_name(&from.beneath);
        self.running = RunningStatus::from_name(&from.running_state);
        let wanted = self.kind.keeps_pods_up().then_some(from.desired_instances);
        self.pods = (wanted.is_some() || !from.pods.is_empty()).then_some((from.ready_instances, wanted));
        self.up = from.up;
        self.any_pod = from.pods.iter().any(|pod| RunningStatus::from_name(&pod.state) != RunningStatus::Stopping);
        self.sync = sync(&from.sync);
        self.version = from.version.running.clone().or_else(|| self.version.take());
        self.desired_version.clone_from(&from.version.desired);
        self.runs_with = from.running_configuration;
        self.requests = from.requests_count;
        self.note.clone_from(&from.note);
    }

    /// With what the contract alone tells.
    pub fn set_status(&mut self, from: &ServiceStatus) {
        self.status = Status::from_name(&from.state);
        self.beneath = self.status.clone();
        self.sync = sync(&from.service_deployment_status);
        self.requests = from.deployment_requests_count;
        self.last = Some(last(from));
    }

    /// What it is, in words; a kind that is not known as it came.
    pub fn kind_words(&self) -> &str {
        meaning::kind_words(&self.configured, self.kind)
    }

    /// What it is, in the words of commands and paths; a type that has none as it came.
    pub fn type_word(&self) -> &str {
        match self.kind {
            Kind::Unknown => &self.configured.service_type,
            known => word(known),
        }
    }

    /// What it is called in a command to be copied.
    pub fn called(&self) -> String {
        foreign::word(&self.name, &self.id.to_string()).to_owned()
    }

    /// What the rule looks at.
    pub fn facts(&self) -> ServiceFacts {
        ServiceFacts {
            status: self.status.clone(),
            kind: self.kind,
            source: self.source,
            engine: self.engine,
            provider: self.provider,
            pods: meaning::pods(self.up, &self.running, self.any_pod),
        }
    }

    /// Whether it is brought up: a Redeploy brings up what is not.
    pub fn is_up(&self) -> bool {
        meaning::is_up(self.up, self.kind, &self.running, &self.beneath)
    }

    /// What an action on a scope will do to it.
    ///
    /// # Errors
    /// Why it does nothing to it (law §3).
    pub fn plan(&self, action: Action, scope: Scope, size: usize) -> Result<Effect, Refusal> {
        effect(action, scope, size, &self.facts(), self.plan_sync().unwrap_or(Sync::OutOfDate), self.is_up())
    }

    /// Whether what runs is what is desired, as the rule's plan reads it; `None`: it is not told.
    pub fn plan_sync(&self) -> Option<Sync> {
        if self.beneath.ever_deployed() { self.sync } else { Some(Sync::NeverDeployed) }
    }

    /// The version that is deployed, where it is told: of git the contract tells it, of images and charts only what is
    /// desired.
    pub fn deployed_version(&self) -> Option<&str> {
        let told = self.desired_version.is_some() || self.source == Source::Git;
        self.version.as_deref().filter(|_| told && self.plan_sync() != Some(Sync::NeverDeployed))
    }

    /// Whether the server tells its status: without one there is nothing to judge.
    pub fn is_told(&self) -> bool {
        !self.status.name().is_empty()
    }
}

fn sync(name: &str) -> Option<Sync> {
    SYNCS.into_iter().find(|sync| sync.name() == name)
}

/// What changes when a service takes part in another deployment.
pub fn last(from: &ServiceStatus) -> String {
    let date = from.last_deployment_date.map(|date| date.to_string()).unwrap_or_default();
    format!("{} {date}", from.execution_id.as_deref().unwrap_or_default())
}
