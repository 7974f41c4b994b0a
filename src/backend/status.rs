//! Deployment statuses as the contract shows them.

use litemap::LiteMap;
use std::collections::HashSet;
use std::sync::Arc;

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use serde_json::Value;

use crate::api::Time;
use crate::api::status::{EnvironmentStatus, ServiceStatus, StatusDetails};
use crate::lifecycle::{ServiceId, Sync};
use crate::simulator::{Environment, Record, Service};

use super::catalog::{self, Catalog, Fields};
use super::place::{Laid, overlay};
use super::wire;

/// An environment with what all its statuses need, found once.
pub struct View<'a> {
    catalog: &'a Catalog,
    environment: &'a Environment,
    last: Option<&'a Record>,
    part: HashSet<ServiceId>,
}

/// The lists of the contract that hold statuses by type: the type in small letters and an s.
pub fn list_name(service_type: &str) -> String {
    format!("{}s", service_type.to_ascii_lowercase())
}

/// The lists that are there even when they are empty.
pub const LISTS: [&str; 6] = ["applications", "containers", "databases", "helms", "jobs", "terraforms"];

impl<'a> View<'a> {
    /// Looks at an environment.
    pub fn new(catalog: &'a Catalog, environment: &'a Environment) -> View<'a> {
        let last = environment.last_deployment();
        let part = last.into_iter().flat_map(|record| &record.items).map(|item| item.service).collect();
        View { catalog, environment, last, part }
    }

    /// The environment's status.
    pub fn environment(&self) -> Laid {
        let state = self.environment.status();
        let (last, ended) = (self.last, self.last.and_then(|record| record.ended_at));
        let waiting = self.environment.running.iter().map(|running| &running.record).chain(&self.environment.queue);
        let ever = self.environment.facts().ever_deployed;
        let drifted = self.environment.services.iter().any(|service| service.sync() == Sync::OutOfDate);
        let sync = match (ever, drifted) {
            (false, _) => Sync::NeverDeployed,
            (true, true) => Sync::OutOfDate,
            (true, false) => Sync::UpToDate,
        };
        let seconds = |record: &Record| Some((record.ended_at? - record.started_at?) / 1000);
        let status = EnvironmentStatus {
            id: self.environment.id.to_string(),
            last_deployment_state: last.map_or_else(|| state.clone(), Record::state).name().to_owned(),
            state: state.name().to_owned(),
            last_deployment_date: ended.map(Time),
            last_deployment_id: last.map(|record| record.id.to_string()),
            total_deployment_duration_in_seconds: last.and_then(seconds),
            origin: last.map(|record| wire::origin(&record.actor).to_owned()),
            triggered_by: last.map(|record| record.actor.name.to_string()),
            deployment_status: Some(sync.name().to_owned()),
            deployment_request_id: waiting.map(|record| record.id.to_string()).next(),
        };
        let known = self.catalog.environments.get(&self.environment.id).map(|known| known.status.clone());
        // What the last deployment left is the server's to tell as long as none was run here.
        let untouched: &[&str] = if last.is_none() { &["last_deployment_state", "deployment_status"] } else { &[] };
        laid_over(known, object(&status), untouched)
    }

    /// What an action on the environment is answered with. Official clients read it as the environment's status after
    /// some actions, and in the words of a service's after others: it has the fields of both.
    pub fn asked(&self) -> Laid {
        let mut laid = self.environment();
        let sync = laid.top.get("deployment_status").cloned().unwrap_or_default();
        let waits = laid.top.remove("deployment_request_id").unwrap_or_default();
        let details = StatusDetails {
            action: self.last.map_or("UNKNOWN", |last| wire::trigger(last.action)).to_owned(),
            status: wire::progress_of(&self.environment.status()).to_owned(),
            sub_action: "NONE".to_owned(),
        };
        laid.top.extend([
            ("service_deployment_status".to_owned(), sync),
            ("is_part_last_deployment".to_owned(), true.into()),
            ("status_details".to_owned(), object(&details).into()),
            ("deployment_request_id".to_owned(), waits),
            ("deployment_requests_count".to_owned(), self.environment.queue.len().into()),
        ]);
        laid
    }

    /// A service's status.
    pub fn service(&self, service: &Service) -> Laid {
        let shown = service.shown();
        let known = self.catalog.services.get(&service.id).map(|known| known.status.clone());
        let ended = service.last.is_some() && !service.status.in_progress();
        let status = ServiceStatus {
            id: service.id.to_string(),
            state: shown.name().to_owned(),
            service_deployment_status: service.sync().name().to_owned(),
            last_deployment_date: ended.then_some(Time(service.since)),
            is_part_last_deployment: self.part.contains(&service.id),
            execution_id: service.last.as_ref().map(|last| last.request.to_string()),
            status_details: StatusDetails {
                action: service.last.as_ref().map_or("UNKNOWN", |last| wire::trigger(last.action)).to_owned(),
                status: wire::progress_of(&shown).to_owned(),
                sub_action: "NONE".to_owned(),
            },
            deployment_request_id: service.waiting.front().map(|(request, _)| request.to_string()),
            deployment_requests_count: u32::try_from(service.waiting.len()).unwrap_or(u32::MAX),
        };
        let untouched: &[&str] = match service.last {
            None => &["status_details", "is_part_last_deployment"],
            Some(_) => &[],
        };
        laid_over(known, object(&status), untouched)
    }

    /// The environment's status and the lists of its services'.
    pub fn statuses(&self) -> Lists {
        let lists = self.lists(self.environment.services.iter());
        Lists { head: Some(("environment", self.environment())), lists }
    }

    /// The same by stage.
    pub fn by_stage(&self) -> ByStage {
        let stage = |stage: &crate::simulator::Stage| {
            let services = || self.environment.services.iter().filter(|service| service.stage == stage.id);
            let part: Vec<_> =
                services().filter(|service| self.part.contains(&service.id)).map(Service::shown).collect();
            let known = self.catalog.stages.get(&stage.id);
            let text = |key| known.and_then(|fields| fields.get(key)).and_then(Value::as_str).unwrap_or("");
            let about = crate::api::status::StageStatus {
                id: stage.id.to_string(),
                name: stage.name.to_string(),
                description: text("description").to_owned(),
                status: Some(wire::stage(&part).to_owned()),
            };
            let about = Laid { base: None, top: object(&about) };
            Lists { head: Some(("stage", about)), lists: self.lists(services()) }
        };
        ByStage { environment: self.environment(), stages: self.environment.stages.iter().map(stage).collect() }
    }

    fn lists<'b>(&self, services: impl Iterator<Item = &'b Service>) -> LiteMap<String, Vec<Laid>> {
        let mut lists: LiteMap<_, _> = LISTS.into_iter().map(|name| (name.to_owned(), Vec::new())).collect();
        for service in services {
            let name = list_name(self.catalog.service_type(service.id));
            lists.entry(name).or_default().push(self.service(service));
        }
        lists
    }
}

/// Statuses in the lists by type that the contract has, under what they belong to.
pub struct Lists {
    head: Option<(&'static str, Laid)>,
    lists: LiteMap<String, Vec<Laid>>,
}

impl Serialize for Lists {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        if let Some((name, head)) = &self.head {
            map.serialize_entry(name, head)?;
        }
        for (name, list) in &self.lists {
            map.serialize_entry(name, list)?;
        }
        map.end()
    }
}

/// An environment's status and its services' by stage.
#[derive(Serialize)]
pub struct ByStage {
    environment: Laid,
    stages: Vec<Lists>,
}

/// A record as a JSON object.
pub fn object(record: &impl Serialize) -> Fields {
    match serde_json::to_value(record) {
        Ok(Value::Object(fields)) => fields,
        Ok(_) | Err(_) => Fields::new(),
    }
}

/// Lays our fields over those that came with a file; in those named in `untouched` the file's win, as far as it has them.
fn laid_over(known: Option<Arc<Fields>>, mut ours: Fields, untouched: &[&str]) -> Laid {
    for key in untouched {
        if let Some(told) = known.as_ref().and_then(|known| known.get(*key)) {
            overlay(&mut ours, catalog::object(vec![((*key).to_owned(), told.clone())]));
        }
    }
    Laid { base: known, top: ours }
}
