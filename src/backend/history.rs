//! Deployments that were run or run, waiting requests, and logs, as the contract shows them.

use std::collections::{HashMap, HashSet};

use serde_json::{Value, json};

use crate::api::Time;
use crate::api::history::{
    Auditing, Deployment, DeploymentIdentifier, DeploymentService, DeploymentStage, ServiceIdentifier,
};
use crate::api::log::{LogDetails, LogError, LogLine, LogMessage, LogStep, Transmitter};
use crate::api::queue::{Queued, QueuedIdentifier, QueuedService, QueuedStage};
use crate::api::status::StatusDetails;
use crate::lifecycle::{Action, RequestId, ServiceId, Status};
use crate::simulator::log::{Level, lines};
use crate::simulator::{Environment, Item, Millis, Outcome, Record, Service, World};

use super::catalog::{Catalog, Place};
use super::wire;

/// One environment's requests.
pub struct Requests<'a> {
    /// The world, for its clock and seed.
    pub world: &'a World,
    /// Types and icons.
    pub catalog: &'a Catalog,
    /// Whose they are.
    pub environment: &'a Environment,
    /// How verbs and origins are called.
    pub words: Words,
}

/// How verbs and origins are called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Words {
    /// As the contract lists them: one verb for Deploy, Redeploy and the version actions, API for CI/CD.
    Contract,
    /// As they are.
    Ours,
}

impl Words {
    fn verb(self, action: Action) -> String {
        match self {
            Words::Contract => wire::trigger(action).to_owned(),
            Words::Ours => action.name().to_owned(),
        }
    }

    fn auditing(self, record: &Record, from: Millis, to: Millis) -> Auditing {
        let origin = match self {
            Words::Contract => wire::origin(&record.actor),
            Words::Ours => record.actor.origin.name(),
        };
        Auditing {
            created_at: Some(Time(from)),
            updated_at: Some(Time(to)),
            triggered_by: record.actor.name.to_string(),
            origin: Some(origin.to_owned()),
        }
    }
}

impl<'a> Requests<'a> {
    /// The deployments, newest first, at most `limit`. A cancel is part of the deployment it ended.
    pub fn history(&self, limit: usize) -> Vec<Deployment> {
        let running = self.environment.running.iter().map(|running| &running.record);
        let all = running.chain(self.environment.history.iter().rev());
        let ran = all.filter(|record| record.action != Action::Cancel && record.started_at.is_some());
        ran.take(limit).map(|record| self.deployment(record)).collect()
    }

    fn deployment(&self, record: &Record) -> Deployment {
        let places: HashMap<ServiceId, &Service> =
            self.environment.services.iter().map(|service| (service.id, service)).collect();
        let now = self.world.now;
        let stage = |stage: &crate::simulator::Stage| {
            let items = || {
                record.items.iter().filter_map(|item| {
                    let service = places.get(&item.service).copied()?;
                    (service.stage == stage.id && item.outcome != Outcome::Skipped).then_some((service, item))
                })
            };
            let statuses: Vec<Status> = items().map(|(service, item)| reached(service, item)).collect();
            let began = items().filter_map(|(_, item)| began(item)).min();
            let ended = items().map(|(_, item)| item.ended_at.unwrap_or(now)).max();
            DeploymentStage {
                name: stage.name.to_string(),
                status: wire::stage(&statuses).to_owned(),
                duration: wire::duration(began.zip(ended).map_or(0, |(began, ended)| ended - began)),
                services: items().map(|(service, item)| self.item(record, service, item)).collect(),
            }
        };
        let ended = record.ended_at.unwrap_or(now);
        Deployment {
            identifier: DeploymentIdentifier {
                execution_id: record.id.to_string(),
                environment_id: self.environment.id.to_string(),
            },
            auditing_data: self.words.auditing(record, record.accepted_at, ended),
            status: record.state().name().to_owned(),
            trigger_action: self.words.verb(record.action),
            action_status: wire::progress(record.progress).to_owned(),
            total_duration: wire::duration(ended - record.started_at.unwrap_or(ended)),
            stages: self.environment.stages.iter().map(stage).collect(),
        }
    }

    fn item(&self, record: &Record, service: &Service, item: &Item) -> DeploymentService {
        let status = reached(service, item);
        let to = item.ended_at.unwrap_or(self.world.now);
        let from = if item.never_began() { to } else { began(item).unwrap_or(record.accepted_at) };
        // A service that is stopped or restarted is brought to no version: the one it ran is told.
        let version = item.to.as_ref().or(item.chosen.as_ref()).or(item.from.as_ref()).map(|version| &*version.0);
        DeploymentService {
            identifier: ServiceIdentifier { execution_id: Some(record.id.to_string()), ..self.identifier(service) },
            status_details: StatusDetails {
                action: self.words.verb(item.action),
                status: wire::progress_of(&status).to_owned(),
                sub_action: "NONE".to_owned(),
            },
            status: status.name().to_owned(),
            auditing_data: self.words.auditing(record, from, to),
            details: self.details(record, service, version),
            icon_uri: String::new(),
            total_duration: Some(wire::duration(to - from)),
        }
    }

    /// What a service was deployed from: a shape of its own for every kind.
    fn details(&self, record: &Record, service: &Service, version: Option<&str>) -> Value {
        let fields = self.catalog.service(service.id);
        let told = |key| fields.get(key).cloned();
        let commit = || version.and_then(|version| self.catalog.commit(self.world, service, version));
        // An image that is built has no name but its service's.
        let name = self.catalog.artefact(service.id).map_or(&*service.name, |(name, _)| name);
        let tag = version.unwrap_or_default();
        match Place::of(fields) {
            Place::Application => json!({ "commit": commit(), "build_pod_name": format!("build-{}-0", record.id) }),
            Place::Container => {
                let arguments = told("arguments").unwrap_or_else(|| json!([]));
                json!({ "image_name": name, "tag": tag, "arguments": arguments })
            }
            Place::GitJob | Place::ImageJob => {
                json!({ "image_name": name, "tag": tag, "commit": commit(), "job_type": told("job_type") })
            }
            Place::Chart => json!({ "repository": { "chart_name": name, "chart_version": tag } }),
            Place::GitChart => json!({ "commit": commit() }),
            Place::Database | Place::Unknown => json!({}),
        }
    }

    fn identifier(&self, service: &Service) -> ServiceIdentifier {
        ServiceIdentifier {
            name: service.name.to_string(),
            service_id: service.id.to_string(),
            service_type: self.catalog.service_type(service.id).to_owned(),
            execution_id: None,
        }
    }

    /// The waiting requests, first in first out.
    pub fn queue(&self) -> Vec<Queued> {
        self.environment.queue.iter().map(|record| self.queued(record)).collect()
    }

    fn queued(&self, record: &Record) -> Queued {
        let left = record.items.iter().filter(|item| item.outcome != Outcome::Skipped);
        let left: HashSet<ServiceId> = left.map(|item| item.service).collect();
        let named = |service: &&Service| left.contains(&service.id);
        let stage = |stage: &crate::simulator::Stage| QueuedStage {
            name: stage.name.to_string(),
            status: "QUEUED".to_owned(),
            services: (self.environment.services.iter().filter(|service| service.stage == stage.id).filter(named))
                .map(|service| QueuedService { identifier: self.identifier(service), status: "QUEUED".to_owned() })
                .collect(),
        };
        Queued {
            identifier: QueuedIdentifier {
                deployment_request_id: record.id.to_string(),
                environment_id: self.environment.id.to_string(),
            },
            auditing_data: self.words.auditing(record, record.accepted_at, record.accepted_at),
            trigger_action: self.words.verb(record.action),
            stages: self.environment.stages.iter().map(stage).filter(|stage| !stage.services.is_empty()).collect(),
        }
    }

    /// The log lines of a deployment, oldest first; `None`: the environment knows no such deployment.
    pub fn logs(&self, request: Option<RequestId>) -> Option<Vec<LogLine>> {
        let record = match request {
            Some(request) => self.environment.record(request)?,
            None => match self.environment.last_deployment() {
                Some(record) => record,
                None => return Some(Vec::new()),
            },
        };
        let mut all = Vec::new();
        for item in &record.items {
            let Some(service) = self.world.service(item.service) else { continue };
            for line in lines(self.world.seed, service, item, self.world.now) {
                let level = match line.level {
                    Level::Info => "INFO",
                    Level::Warning => "WARNING",
                    Level::Error => "ERROR",
                };
                let failed = line.level == Level::Error;
                all.push(LogLine {
                    level: level.to_owned(),
                    timestamp: Time(line.at),
                    details: LogDetails {
                        execution_id: Some(record.id.to_string()),
                        transmitter: Some(Transmitter {
                            id: service.id.to_string(),
                            name: service.name.to_string(),
                            kind: self.catalog.service_type(service.id).to_owned(),
                        }),
                        stage: Some(LogStep { step: line.step.to_owned() }),
                    },
                    message: (!failed).then(|| LogMessage { safe_message: line.text.clone() }),
                    error: failed.then_some(LogError { user_log_message: line.text, hint_message: None }),
                });
            }
        }
        all.sort_by_key(|line| line.timestamp);
        Some(all)
    }
}

/// The status a service has reached in a deployment.
fn reached(service: &Service, item: &Item) -> Status {
    match (&item.status, item.outcome) {
        _ if item.never_began() => Status::Canceled,
        (Some(status), _) => status.clone(),
        (None, Outcome::Accepted) => service.status.clone(),
        (None, Outcome::Canceled) => Status::Canceled,
        (None, Outcome::Skipped | Outcome::Done | Outcome::Failed) => Status::Ready,
    }
}

fn began(item: &Item) -> Option<Millis> {
    item.building_at.or(item.deploying_at).or(item.queued_at)
}
