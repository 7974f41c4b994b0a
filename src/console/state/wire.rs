//! From the contract's words to rows. Nothing fails here: what cannot be read is unknown.

use std::str::FromStr;
use std::sync::Arc;

use super::row::{EnvironmentRow, Millis, Operation, PodRow, Queued, Running, ServiceRow};
use crate::api::environment::Environment;
use crate::api::live::{EnvironmentLive, LastOperation, QueuedRequest, RunningDeployment, ServiceLive};
use crate::api::service::Service;
use crate::client::meaning;
use crate::console::legible::{legible, name};
use crate::lifecycle::{Action, Engine, Provider, RequestId, RunningStatus, ServiceId, Status, Sync};

/// An environment as configured; how it is doing is not told yet.
pub fn environment(from: &Environment) -> Option<EnvironmentRow> {
    let cluster = from.cluster_name.as_deref().unwrap_or_default();
    let mut row = EnvironmentRow {
        id: from.id.parse().ok()?,
        name: name(&from.name),
        given: from.name.as_str().into(),
        mode: legible(&from.mode),
        provider: Provider::from_name(from.cloud_provider.provider.as_deref().unwrap_or_default()),
        region: legible(from.cloud_provider.cluster.as_deref().unwrap_or_default()),
        cluster: legible(cluster),
        cluster_id: from.cluster_id.as_str().into(),
        namespace: "".into(),
        status: Status::Ready,
        running: RunningStatus::Unknown,
        counts: Vec::new(),
        services: 0,
        out_of_date: 0,
        ever_deployed: false,
        cancelable: None,
        last_deployment: None,
        operation: None,
        queue: 0,
        since: None,
        haystack: "".into(),
    };
    row.haystack = environment_haystack(&row);
    Some(row)
}

fn environment_haystack(row: &EnvironmentRow) -> Arc<str> {
    format!("{} {} {} {} {}", row.name, row.mode, row.cluster, row.region, row.namespace).to_lowercase().into()
}

/// An environment with how it is doing.
pub fn environment_live(row: &EnvironmentRow, from: &EnvironmentLive) -> EnvironmentRow {
    let mut row = EnvironmentRow {
        namespace: share(&row.namespace, &legible(&from.namespace)),
        status: Status::from_name(&from.state),
        running: RunningStatus::from_name(&from.running_state),
        counts: from.counts.iter().map(|count| (Status::from_name(&count.state), count.count)).collect(),
        services: from.services_count,
        out_of_date: from.out_of_date,
        ever_deployed: from.ever_deployed,
        cancelable: Some(from.cancelable),
        last_deployment: from.last_deployment_state.as_deref().map(Status::from_name),
        operation: from.last_operation.as_ref().map(operation),
        queue: from.queue_length,
        since: Some(from.since.0),
        ..row.clone()
    };
    row.haystack = environment_haystack(&row);
    row
}

/// A service as configured, in its stage; how it is doing is not told yet.
pub fn service(from: &Service, provider: Provider, stage: &str, stage_order: usize) -> Option<ServiceRow> {
    let kind = meaning::kind(from);
    let desired_version = meaning::desired_version(from);
    let mut row = ServiceRow {
        id: from.id.parse().ok()?,
        name: name(&from.name),
        kind,
        source: meaning::source(from, kind),
        engine: from.engine.as_deref().map_or(Engine::Unknown, Engine::from_name),
        provider,
        stage: legible(stage),
        stage_order,
        status: Status::Ready,
        beneath: Status::Ready,
        since: None,
        running: RunningStatus::Unknown,
        up: None,
        pods: Vec::new(),
        desired: None,
        ready: 0,
        sync: Sync::UpToDate,
        runs_with: None,
        version_running: None,
        version_desired: desired_version.map(Arc::from),
        version_deploying: None,
        requests: 0,
        operation: None,
        note: None,
        failed_in: None,
        haystack: "".into(),
        wire: Arc::new(from.clone()),
    };
    row.haystack = service_haystack(&row);
    Some(row)
}

fn service_haystack(row: &ServiceRow) -> Arc<str> {
    let version = |version: &Option<Arc<str>>| version.clone().unwrap_or_else(|| "".into());
    let (running, desired) = (version(&row.version_running), version(&row.version_desired));
    format!("{} {} {} {running} {desired}", row.name, row.kind_words(), row.stage).to_lowercase().into()
}

/// A service with how it is doing.
pub fn service_live(row: &ServiceRow, from: &ServiceLive) -> ServiceRow {
    let mut next = ServiceRow {
        status: Status::from_name(&from.state),
        beneath: Status::from_name(&from.beneath),
        since: Some(from.since.0),
        running: RunningStatus::from_name(&from.running_state),
        up: from.up,
        pods: from.pods.iter().map(pod).collect(),
        desired: row.kind.keeps_pods_up().then_some(from.desired_instances),
        ready: from.ready_instances,
        sync: meaning::sync(&from.sync),
        runs_with: from.running_configuration,
        version_running: from.version.running.as_deref().map(Arc::from),
        // Of a database only what is configured tells it.
        version_desired: from.version.desired.as_deref().map(Arc::from).or_else(|| row.version_desired.clone()),
        version_deploying: from.version.deploying.as_deref().map(Arc::from),
        requests: from.requests_count as usize,
        operation: from.last_operation.as_ref().map(operation),
        note: from.note.as_deref().map(legible),
        failed_in: from.failed_in.as_deref().map(Arc::from),
        ..row.clone()
    };
    if next.version_running != row.version_running || next.version_desired != row.version_desired {
        next.haystack = service_haystack(&next);
    }
    next
}

/// A waiting request; `git` tells how many services have a git source, `name` the name of a service.
pub fn queued(
    from: &QueuedRequest,
    git: impl FnOnce() -> usize,
    name: impl Fn(ServiceId) -> Option<Arc<str>>,
) -> Option<Queued> {
    let services = ids(&from.services);
    let named = ids(meaning::named(from, git));
    Some(Queued {
        id: from.id.parse::<RequestId>().ok()?,
        place: from.position as u64,
        action: Action::from_name(&from.action),
        words: asked(&from.action, &named, name),
        services,
        actor: legible(&from.actor),
        origin: legible(&from.origin),
        at: from.at.0,
    })
}

/// "Redeploy api": what was asked, of which services; of none of them: of the environment.
pub fn asked(action: &str, of: &[ServiceId], name: impl Fn(ServiceId) -> Option<Arc<str>>) -> Arc<str> {
    let on = match of {
        [] => "the environment".to_owned(),
        [one] => name(*one).map_or_else(|| "a service".to_owned(), |name| name.to_string()),
        many => format!("{} services", many.len()),
    };
    format!("{} {on}", action_words(action)).into()
}

/// The deployment that runs.
pub fn running(from: &RunningDeployment) -> Option<Running> {
    Some(Running {
        words: action_words(&from.action),
        actor: legible(&from.actor),
        origin: legible(&from.origin),
        started: Some(from.started_at.0),
        cancelable: from.cancelable,
        canceling: from.canceling,
        services: from
            .services
            .iter()
            .filter_map(|service| {
                let note = service.note.as_deref().map(Arc::from);
                Some((ServiceId::from_str(&service.id).ok()?, Status::from_name(&service.state), note))
            })
            .collect(),
    })
}

fn ids(from: &[String]) -> Vec<ServiceId> {
    from.iter().filter_map(|id| id.parse().ok()).collect()
}

fn operation(from: &LastOperation) -> Operation {
    Operation {
        action: Action::from_name(&from.action),
        words: action_words(&from.action),
        at: from.at.0 as Millis,
        actor: legible(&from.actor),
        origin: legible(&from.origin),
        outcome: Some(Status::from_name(&from.outcome)),
        ongoing: from.ongoing,
        deployment: from.deployment.as_deref().map(Arc::from),
    }
}

/// A short verb for lists; a name that is not known is shown as it came.
pub fn action_words(name: &str) -> Arc<str> {
    let verb = match Action::from_name(name) {
        Some(Action::Deploy) => "Deploy",
        Some(Action::Redeploy) => "Redeploy",
        Some(Action::Restart) => "Restart",
        Some(Action::Stop) => "Stop",
        Some(Action::Cancel) => "Cancel",
        Some(Action::DeployVersion) => "Deploy version",
        Some(Action::DeployLatest) => "Deploy latest",
        None => return legible(name),
    };
    verb.into()
}

fn pod(from: &crate::api::live::PodLive) -> PodRow {
    PodRow {
        name: from.name.as_str().into(),
        running: RunningStatus::from_name(&from.state),
        ready: from.ready,
        old: from.generation == "old",
        restarts: from.restarts,
        message: from.message.as_deref().map(Arc::from),
    }
}

fn share(now: &Arc<str>, next: &str) -> Arc<str> {
    if **now == *next { now.clone() } else { next.into() }
}
