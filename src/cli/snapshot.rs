//! An environment with its services and how they are doing, as of one moment.

use std::collections::HashMap;

use super::facts::Member;
use super::failure::Failure;
use super::find::{self, Named};
use super::session::Session;
use crate::api::environment::Environment;
use crate::api::live::{EnvironmentDetail, LastOperation, RunningDeployment};
use crate::api::status::{EnvironmentStatus, Statuses};
use crate::client::meaning;
use crate::lifecycle::{EnvironmentFacts, EnvironmentId, Kind, Provider, Status};

/// An environment as it was read.
pub struct Snapshot {
    called: String,
    /// Which.
    pub id: EnvironmentId,
    /// As configured.
    pub environment: Environment,
    /// The roll-up of its services; a name without letters where it is not told.
    pub status: Status,
    /// What the rule looks at.
    pub facts: EnvironmentFacts,
    /// Its pods, where they are told.
    pub running: Option<String>,
    /// The running deployment, else the last, where it is told.
    pub operation: Option<LastOperation>,
    /// The deployment that runs, where it is told.
    pub deployment: Option<RunningDeployment>,
    /// How many requests wait, where it is told.
    pub queue: Option<usize>,
    /// Its services: by stage, then by name.
    pub services: Vec<Member>,
    /// The contract's own status, of a server that tells no more.
    pub plain: Option<EnvironmentStatus>,
}

impl Snapshot {
    /// Reads it: more where the server offers more.
    pub async fn read(session: &Session, environment: Environment) -> Result<Snapshot, Failure> {
        let id: EnvironmentId = environment.id.parse().map_err(|_| {
            Failure::Usage(format!("the server calls the environment {:?}, which is no UUID.", environment.id))
        })?;
        let provider = environment.cloud_provider.provider.as_deref().map_or(Provider::Unknown, Provider::from_name);
        let services = session.told(session.client.services(id).await)?;
        let mut members: Vec<Member> = services.iter().filter_map(|service| Member::read(service, provider)).collect();
        let stages = session.told(session.client.stages(id).await)?;
        let mut places = HashMap::new();
        for stage in &stages {
            for service in &stage.services {
                places.insert(service.service_id.as_str(), stage);
            }
        }
        for member in &mut members {
            if let Some(stage) = places.get(member.id.to_string().as_str()) {
                member.stage.clone_from(&stage.name);
                member.stage_order = stage.deployment_order as usize;
            }
        }
        members.sort_by(|one, other| (one.stage_order, &one.name).cmp(&(other.stage_order, &other.name)));
        let called = session.called(&environment);
        match session.offered(session.client.environment_live(id, 0).await)? {
            Some(live) => Ok(Snapshot::live(called, id, environment, members, live)),
            None => {
                let statuses = session.told(session.client.statuses(id).await)?;
                Ok(Snapshot::plain(called, id, environment, members, statuses))
            }
        }
    }

    fn live(
        called: String,
        id: EnvironmentId,
        environment: Environment,
        mut services: Vec<Member>,
        live: EnvironmentDetail,
    ) -> Self {
        let told: HashMap<&str, _> = live.services.iter().map(|service| (service.id.as_str(), service)).collect();
        for member in &mut services {
            if let Some(live) = told.get(member.id.to_string().as_str()) {
                member.set_live(live);
            }
        }
        let facts = meaning::environment(&live.environment);
        Snapshot {
            called,
            id,
            environment,
            status: Status::from_name(&live.environment.state),
            facts,
            running: Some(live.environment.running_state),
            operation: live.environment.last_operation,
            deployment: live.deployment,
            queue: Some(live.environment.queue_length),
            services,
            plain: None,
        }
    }

    fn plain(
        called: String,
        id: EnvironmentId,
        environment: Environment,
        mut services: Vec<Member>,
        statuses: Statuses,
    ) -> Self {
        let told: HashMap<&str, _> = statuses.iter().map(|status| (status.id.as_str(), status)).collect();
        for member in &mut services {
            if let Some(status) = told.get(member.id.to_string().as_str()) {
                member.set_status(status);
            }
        }
        let plain = statuses.environment.clone().unwrap_or_default();
        let ever_deployed = services.iter().any(|member| member.beneath.ever_deployed());
        Snapshot {
            called,
            id,
            environment,
            status: Status::from_name(&plain.state),
            facts: EnvironmentFacts { ever_deployed, cancelable: None },
            running: None,
            operation: None,
            deployment: None,
            queue: None,
            services,
            plain: Some(plain),
        }
    }

    /// What it is called in a command to be copied, with the flags that said where it is.
    pub fn called(&self) -> &str {
        &self.called
    }

    /// A service by name or id, of one of these kinds; no kinds: of any.
    pub fn service(&self, wanted: &str, kinds: &[Kind]) -> Result<&Member, Failure> {
        let ids: Vec<(String, &Member)> = self.of(kinds).map(|member| (member.id.to_string(), member)).collect();
        let all = ids.iter().map(|(id, member)| Named { id, name: &member.name, item: *member }).collect();
        let what = format!("{} in {}", noun(kinds), self.environment.name);
        find::one(&what, Some(wanted), "its name", all)
    }

    /// Services by names or ids.
    pub fn chosen(&self, wanted: &[String]) -> Result<Vec<&Member>, Failure> {
        let mut chosen: Vec<&Member> = Vec::new();
        for name in wanted.iter().map(|name| name.trim()).filter(|name| !name.is_empty()) {
            let member = self.service(name, &[])?;
            if !chosen.iter().any(|known| known.id == member.id) {
                chosen.push(member);
            }
        }
        Ok(chosen)
    }

    /// The services of these kinds; no kinds: all.
    pub fn of(&self, kinds: &[Kind]) -> impl Iterator<Item = &Member> {
        self.services.iter().filter(move |member| kinds.is_empty() || kinds.contains(&member.kind))
    }
}

fn noun(kinds: &[Kind]) -> &'static str {
    match kinds {
        [Kind::Application] => "application",
        [Kind::Container] => "container",
        [Kind::Helm] => "chart",
        [Kind::LifecycleJob, ..] => "job",
        [Kind::ContainerDatabase, ..] => "database",
        _ => "service",
    }
}
