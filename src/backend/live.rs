//! What is going on, in our own words: the answers of `/x/…/live` and `/x/request/{id}`.

use litemap::LiteMap;
use serde_json::Value;

use crate::api::Time;
use crate::api::live::{
    DeployingService, EnvironmentDetail, EnvironmentLive, LastOperation, PodLive, ProjectLive, QueuedRequest,
    RunningConfiguration, RunningDeployment, ServiceLive, StateCount, VersionLive,
};
use crate::api::outcome::{Outcome as OutcomeBody, OutcomeItem};
use crate::lifecycle::{RequestId, Sync};
use crate::simulator::{
    Actor, Deployment, Environment, Generation, Outcome, Pod, PodPhase, Progress, Record, Service, World,
};

use super::catalog::{Catalog, Fields};
use super::wire;

/// What was asked for: what changed after `since`; `full` when the reader cannot know the rest.
#[derive(Clone, Copy, Debug)]
pub struct Since {
    /// Which start of the host it is asked in.
    pub start: u64,
    /// Send what changed after this revision.
    pub revision: u64,
    /// Send everything.
    pub full: bool,
}

/// The environments of a project that changed.
pub fn project(world: &World, catalog: &Catalog, since: Since) -> ProjectLive {
    let changed = |environment: &&Environment| since.full || environment.revision > since.revision;
    ProjectLive {
        start: since.start,
        revision: world.revision,
        full: since.full,
        now: Time(world.now),
        environments: world.environments.iter().filter(changed).map(|known| environment(catalog, known)).collect(),
    }
}

/// An environment and its services that changed.
pub fn detail(world: &World, catalog: &Catalog, known: &Environment, since: Since) -> EnvironmentDetail {
    let changed = |service: &&Service| since.full || service.revision > since.revision;
    EnvironmentDetail {
        start: since.start,
        revision: world.revision,
        full: since.full,
        now: Time(world.now),
        environment: environment(catalog, known),
        services: known.services.iter().filter(changed).map(|one| service(catalog, known, one)).collect(),
        queue: known.queue.iter().enumerate().map(|(place, record)| queued(place + 1, record)).collect(),
        deployment: known.running.as_ref().map(|running| deployment(known, running)),
    }
}

fn environment(catalog: &Catalog, known: &Environment) -> EnvironmentLive {
    let mut counts: LiteMap<_, usize> = LiteMap::new_vec();
    for service in &known.services {
        *counts.entry(service.shown()).or_default() += 1;
    }
    let state = crate::lifecycle::rollup::environment_status(counts.keys());
    let mut counts: Vec<StateCount> =
        counts.into_iter().map(|(state, count)| StateCount { state: state.name().to_owned(), count }).collect();
    counts.sort_by_key(|one| std::cmp::Reverse(one.count));
    let last = known.last_deployment();
    EnvironmentLive {
        id: known.id.to_string(),
        state: state.name().to_owned(),
        running_state: known.running_status().name().to_owned(),
        counts,
        services_count: known.services.len(),
        out_of_date: known.services.iter().filter(|service| service.sync() == Sync::OutOfDate).count(),
        ever_deployed: known.facts().ever_deployed,
        cancelable: known.running.as_ref().is_some_and(Deployment::cancelable),
        last_deployment_state: last.map(|record| record.state().name().to_owned()),
        last_operation: (last
            .map(|record| LastOperation {
                action: record.action.name().to_owned(),
                at: Time(record.ended_at.or(record.started_at).unwrap_or(record.accepted_at)),
                actor: record.actor.name.to_string(),
                origin: record.actor.origin.name().to_owned(),
                outcome: record.state().name().to_owned(),
                ongoing: record.progress == Progress::Running,
                deployment: Some(record.id.to_string()),
            })
            .or_else(|| told(&catalog.environments.get(&known.id)?.status))),
        queue_length: known.queue.len(),
        namespace: known.namespace.to_string(),
        since: Time(known.services.iter().map(|service| service.since).max().unwrap_or(0)),
    }
}

/// The deployment that left a service in an error.
fn failed_in(environment: &Environment, service: &Service) -> Option<String> {
    let running = environment.running.iter().map(|deployment| &deployment.record);
    let mut ran = running.chain(environment.history.iter().rev()).filter(|_| service.status.is_error());
    let failed = |record: &&Record| {
        let mut own = record.items.iter().filter(|item| item.service == service.id);
        own.any(|item| {
            let reached = item.outcome != Outcome::Skipped && !item.never_began();
            reached && item.status.as_ref() == Some(&service.status)
        })
    };
    ran.find(failed).map(|record| record.id.to_string())
}

fn service(catalog: &Catalog, environment: &Environment, known: &Service) -> ServiceLive {
    let text = |version: &crate::simulator::Version| version.to_string();
    let last = known.last.as_ref().map(|last| {
        let ongoing = known.status.in_progress();
        LastOperation {
            action: last.action.name().to_owned(),
            at: Time(if ongoing { last.at } else { known.since }),
            actor: last.actor.name.to_string(),
            origin: last.actor.origin.name().to_owned(),
            outcome: known.status.name().to_owned(),
            ongoing,
            deployment: Some(last.request.to_string()),
        }
    });
    ServiceLive {
        id: known.id.to_string(),
        state: known.shown().name().to_owned(),
        beneath: known.status.name().to_owned(),
        since: Time(known.since),
        running_state: known.running_status().name().to_owned(),
        up: Some(known.up),
        pods: known.pods.iter().map(|one| pod(known, one)).collect(),
        desired_instances: if known.has_pods() { known.desired.min_instances } else { 0 },
        ready_instances: u32::try_from(known.ready_pods()).unwrap_or(u32::MAX),
        sync: known.sync().name().to_owned(),
        version: VersionLive {
            running: known.running.as_ref().and_then(|running| running.version.as_ref()).map(text),
            desired: known.desired.version.as_ref().map(text),
            deploying: known.deploying.as_ref().map(text),
        },
        running_configuration: known.running.as_ref().filter(|_| known.sync() == Sync::OutOfDate).map(|running| {
            RunningConfiguration {
                cpu: running.cpu_milli,
                memory: running.memory_mb,
                min_running_instances: running.min_instances,
                max_running_instances: running.max_instances,
            }
        }),
        requests_count: u32::try_from(known.waiting.len()).unwrap_or(u32::MAX),
        last_operation: last.or_else(|| told(&catalog.services.get(&known.id)?.status)),
        note: known.note.as_ref().map(ToString::to_string),
        failed_in: failed_in(environment, known),
    }
}

/// The last operation as a file tells it, of what was never deployed here.
fn told(status: &Fields) -> Option<LastOperation> {
    let text = |key: &str| status.get(key).and_then(Value::as_str);
    let at = Time::parse(text("last_deployment_date")?)?;
    let outcome = text("last_deployment_state").unwrap_or("");
    let action = status.get("status_details").and_then(|details| details.get("action")).and_then(Value::as_str);
    let of_outcome = || ["STOP", "RESTART", "DELETE"].into_iter().find(|verb| outcome.starts_with(verb));
    Some(LastOperation {
        action: action.or_else(of_outcome).unwrap_or("DEPLOY").to_owned(),
        at,
        actor: text("triggered_by").unwrap_or("").to_owned(),
        origin: text("origin").unwrap_or("").to_owned(),
        outcome: outcome.to_owned(),
        ongoing: false,
        deployment: None,
    })
}

fn pod(service: &Service, pod: &Pod) -> PodLive {
    let state = match pod.phase {
        PodPhase::Pending | PodPhase::Starting | PodPhase::Running => "STARTING",
        PodPhase::Ready => "RUNNING",
        PodPhase::Error => "ERROR",
        PodPhase::Terminating => "STOPPING",
    };
    let generation = match service.generation(pod) {
        Generation::Old => "old",
        Generation::New => "new",
    };
    PodLive {
        name: pod.name(service),
        state: state.to_owned(),
        ready: pod.is_ready(),
        generation: generation.to_owned(),
        restarts: pod.restarts,
        message: pod.message().map(str::to_owned),
    }
}

fn named(record: &Record) -> Vec<String> {
    let left = record.items.iter().filter(|item| item.outcome != Outcome::Skipped);
    left.map(|item| item.service.to_string()).collect()
}

fn who(actor: &Actor) -> (String, String) {
    (actor.name.to_string(), actor.origin.name().to_owned())
}

fn queued(position: usize, record: &Record) -> QueuedRequest {
    let (actor, origin) = who(&record.actor);
    QueuedRequest {
        id: record.id.to_string(),
        position,
        action: record.action.name().to_owned(),
        scope: wire::scope(record.scope).to_owned(),
        services: named(record),
        actor,
        origin,
        at: Time(record.accepted_at),
    }
}

fn deployment(environment: &Environment, running: &Deployment) -> RunningDeployment {
    let record = &running.record;
    let (actor, origin) = who(&record.actor);
    let services = running.runs.iter().filter_map(|run| {
        let service = environment.services.get(run.service)?;
        let item = record.items.get(run.item)?;
        Some(DeployingService {
            id: service.id.to_string(),
            state: item.status.as_ref().unwrap_or(&service.status).name().to_owned(),
            note: item.note.as_ref().map(ToString::to_string),
        })
    });
    RunningDeployment {
        id: record.id.to_string(),
        action: record.action.name().to_owned(),
        scope: wire::scope(record.scope).to_owned(),
        actor,
        origin,
        started_at: Time(record.started_at.unwrap_or(record.accepted_at)),
        cancelable: running.cancelable(),
        canceling: running.course == crate::simulator::deployment::Course::Canceling,
        services: services.collect(),
    }
}

/// What became of a request, if it is one of this environment.
pub fn outcome(world: &World, environment: &Environment, id: RequestId) -> Option<OutcomeBody> {
    let record = environment.record(id)?;
    let state = match record.progress {
        Progress::Waiting => "WAITING",
        Progress::Running => "RUNNING",
        Progress::Succeeded | Progress::Failed | Progress::Canceled | Progress::TakenBack | Progress::NothingToDo => {
            "ENDED"
        }
    };
    let by = record.canceled_by.as_ref().map(|actor| format!(" by {}", actor.name)).unwrap_or_default();
    let note = match record.progress {
        // What succeeded or failed, each of its items tells.
        Progress::Waiting | Progress::Running | Progress::Succeeded | Progress::Failed => None,
        Progress::Canceled | Progress::TakenBack | Progress::NothingToDo => {
            Some(format!("{}{by}", record.progress.words()))
        }
    };
    let item = |item: &crate::simulator::Item| OutcomeItem {
        service_id: item.service.to_string(),
        name: world.service(item.service).map_or_else(String::new, |service| service.name.to_string()),
        outcome: match item.outcome {
            Outcome::Accepted => "ACCEPTED",
            Outcome::Skipped => "SKIPPED",
            Outcome::Done => "DONE",
            Outcome::Failed => "FAILED",
            Outcome::Canceled => "CANCELED",
        }
        .to_owned(),
        reason: item.note.as_ref().map(ToString::to_string),
    };
    Some(OutcomeBody {
        id: record.id.to_string(),
        action: record.action.name().to_owned(),
        state: state.to_owned(),
        position: environment.position(record.id),
        note,
        items: record.items.iter().map(item).collect(),
    })
}
