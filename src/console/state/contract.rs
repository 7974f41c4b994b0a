//! Follows a server that has the contract and nothing else. Its statuses are asked for, within the requests its token
//! has; how services run comes by the product's pushes (`contract/lines.rs`), where it has them. What the contract
//! cannot tell stays unknown. Loaded on demand: the demo and servers of ours need none of it.

mod lines;

use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use leptos::prelude::*;
use litemap::LiteMap;

use super::row::{EnvironmentRow, Millis, Operation, Queued, Running, ServiceRow};
use super::{Store, announce, load, poll, shown, wire};
use crate::api::status::{EnvironmentStatus, ServiceStatus, Statuses};
use crate::client::{self, Client, meaning};
use crate::console::legible::legible;
use crate::console::route::Page;
use crate::lifecycle::{EnvironmentId, Kind, ServiceId, Status, rollup};

/// The ways into it.
#[derive(Clone, Copy, Debug)]
pub struct Contract {
    /// One round.
    pub round: fn(Store, String) -> Round,
    /// The pause after it.
    pub pause: fn(Store, bool, bool) -> Duration,
    /// Listens to the pushes, where it is mounted.
    pub lines: fn() -> AnyView,
}

/// All of it.
pub const CONTRACT: Contract = Contract { round, pause, lines: lines::lines };

/// A round that is under way.
pub type Round = Pin<Box<dyn Future<Output = Result<(), client::Error>>>>;

/// Requests of a token that are left to what people do.
const RESERVE: u32 = 100;

/// How long a token's budget lasts where nothing else is told, in milliseconds.
const HOUR: i64 = 3_600_000;

/// No pause is longer: a person who waits is to see that somebody still asks.
const LONGEST_PAUSE: i64 = 600_000;

/// Whatever a project's page shows and is not loaded is loaded; of the rest, the statuses.
fn round(store: Store, project: String) -> Round {
    Box::pin(async move {
        let client = store.client();
        if !store.environments.loaded() {
            load_environments(store, &client, &project).await?;
        } else if shown::is_list(store) {
            follow_environments(store, &client, &project).await?;
        }
        if let Some(focus) = store.focus.get_untracked() {
            let followed = follow_services(store, &client, focus).await;
            if load::is_missing(store, focus, &followed) {
                load_environments(store, &client, &project).await?;
                load::forget_gone(store, focus);
            }
            followed?;
        }
        store.now.set(now());
        Ok(())
    })
}

/// How long to wait until the next round: a machine's token has 1,000 requests an hour, and a round is one of them for a
/// project and two more for an environment, and its past is read as often as it (`past`). What is left is spread over the
/// time until it is renewed.
fn pause(store: Store, busy: bool, pushed: bool) -> Duration {
    let past = store.route.place().with_untracked(|place| matches!(place.page, Page::Deployments(_)));
    let usual = match (pushed, busy) {
        // Statuses are pushed, and what was logged is not.
        (true, busy) if !(busy && past) => 60_000,
        (_, true) => 10_000,
        (_, false) => 30_000,
    };
    let focus = if store.focus.get_untracked().is_some() { 2 } else { 0 };
    let cost = i64::from(shown::is_list(store)) + focus + if past { 2 } else { 0 };
    let fair = store.client.with_value(Client::budget).map_or(0, |budget| {
        let until = budget.renewed.map_or(HOUR, |renewed| (renewed - now()).clamp(0, HOUR));
        match i64::from(budget.left.saturating_sub(RESERVE)) {
            0 => until,
            spare => until * cost / spare,
        }
    });
    Duration::from_millis(fair.clamp(usual, LONGEST_PAUSE).unsigned_abs())
}

/// Loads the environments and how they are doing, and shows them only then, so that no wrong status is ever seen.
async fn load_environments(store: Store, client: &Client, project: &str) -> Result<(), client::Error> {
    let environments = client.environments(project).await?;
    let mut rows: LiteMap<u128, _> =
        environments.iter().filter_map(wire::environment).map(|row| (row.id.0, row)).collect();
    let statuses = client.environments_status(project).await?;
    refuse_older(store, ends_of_environments(store, statuses.iter()))?;
    for status in &statuses {
        if let Some(row) = status.id.parse::<EnvironmentId>().ok().and_then(|id| rows.get_mut(&id.0)) {
            *row = environment_status(row, status);
        }
    }
    store.poll.update_value(|poll| poll.told = told(&statuses));
    store.environments.load(rows.into_iter().collect());
    shown::environments_known(store);
    Ok(())
}

/// Of which environments statuses tell. Of others than before: one came, or is gone.
fn told(statuses: &[EnvironmentStatus]) -> Vec<String> {
    let mut told: Vec<String> = statuses.iter().map(|status| status.id.clone()).collect();
    told.sort_unstable();
    told
}

async fn follow_environments(store: Store, client: &Client, project: &str) -> Result<(), client::Error> {
    let heard = heard(store);
    let statuses = client.environments_status(project).await?;
    // What was pushed meanwhile of the one that is listened to is newer, and may have ended since.
    let fresh = |id: &str| heard == self::heard(store) || store.loaded.get_untracked() != id.parse().ok();
    refuse_older(store, ends_of_environments(store, statuses.iter().filter(|status| fresh(&status.id))))?;
    if store.poll.with_value(|poll| poll.told != told(&statuses)) {
        return load_environments(store, client, project).await;
    }
    for status in &statuses {
        let Ok(id) = status.id.parse::<EnvironmentId>() else { continue };
        if fresh(&status.id) {
            store.environments.patch(id.0, |row| environment_status(row, status));
        }
    }
    store.environments.touch();
    Ok(())
}

/// How the services of an environment are doing; what they are, where that is not shown yet or may be another by now.
async fn follow_services(store: Store, client: &Client, focus: EnvironmentId) -> Result<(), client::Error> {
    let heard = heard(store);
    let statuses = client.statuses(focus).await?;
    let shown = store.loaded.get_untracked() == Some(focus);
    let end = |status: &ServiceStatus| {
        let known = store.services.peek(status.id.parse::<ServiceId>().ok()?.0).filter(|_| shown)?;
        Some((known.operation.as_ref()?.at, status.last_deployment_date?.0))
    };
    let fresh = heard == self::heard(store);
    refuse_older(store, statuses.iter().filter(|_| fresh).filter_map(end))?;
    let deployments = deployments(&statuses);
    if !shown || store.poll.with_value(|poll| poll.deployments != deployments) {
        let rows = services(store, client, focus, &statuses).await?;
        store.poll.update_value(|poll| poll.deployments = deployments);
        load::show_services(store, focus, rows);
    }
    // What was pushed meanwhile is newer; where there was no list yet to show it in, it is asked for.
    if heard == self::heard(store) {
        patch_statuses(store, focus, statuses.environment.as_ref(), statuses.iter());
    } else if !shown {
        store.poke();
    }
    follow_queue(store, client, focus).await
}

/// Refuses an answer that somebody on the way has kept and gave again, where that can be told: the contract has no
/// revisions, but says when the last deployment ended, which never is earlier than it was. `ends`: as shown, and as told.
fn refuse_older(store: Store, mut ends: impl Iterator<Item = (Millis, Millis)>) -> Result<(), client::Error> {
    let older = ends.any(|(shown, told)| told < shown);
    let often = store.poll.try_update_value(|poll| {
        poll.older += u32::from(older);
        poll.older
    });
    if older && often <= Some(poll::INSISTS) { Err(load::older_than_shown()) } else { Ok(()) }
}

/// When the last deployments of environments ended, as shown and as told.
fn ends_of_environments<'a>(
    store: Store,
    statuses: impl Iterator<Item = &'a EnvironmentStatus>,
) -> impl Iterator<Item = (Millis, Millis)> {
    statuses.filter_map(move |status| {
        let known = store.environments.peek(status.id.parse::<EnvironmentId>().ok()?.0)?;
        Some((known.operation.as_ref()?.at, status.last_deployment_date?.0))
    })
}

/// Of which services statuses tell, and the last deployment of each. Of another than before: one came, is gone, or may have
/// been configured anew.
fn deployments(statuses: &Statuses) -> Vec<(String, Option<String>)> {
    let deployment = |status: &ServiceStatus| (status.id.clone(), status.execution_id.clone());
    let mut deployments: Vec<_> = statuses.iter().map(deployment).collect();
    deployments.sort_unstable();
    deployments
}

/// The services of an environment as configured. How one that is shown is doing is known already.
async fn services(
    store: Store,
    client: &Client,
    focus: EnvironmentId,
    statuses: &Statuses,
) -> Result<Vec<ServiceRow>, client::Error> {
    let services = client.services(focus).await?;
    let stages = client.stages(focus).await?;
    let mut rows = load::service_rows(store, focus, &services, &stages);
    let shown = store.loaded.get_untracked() == Some(focus);
    let told: LiteMap<&str, &ServiceStatus> = statuses.iter().map(|status| (status.id.as_str(), status)).collect();
    for row in &mut rows {
        let known = store.services.peek(row.id.0).filter(|_| shown);
        *row = match (known, told.get(row.wire.id.as_str())) {
            (Some(known), _) => as_before(row, &known),
            (None, Some(status)) => service_status(row, status),
            (None, None) => continue,
        };
    }
    Ok(rows)
}

/// A service as configured now, doing as it was.
fn as_before(row: &ServiceRow, known: &ServiceRow) -> ServiceRow {
    let ServiceRow { id, name, kind, source, engine, provider, stage, version_desired, haystack, wire, .. } =
        row.clone();
    let stage_order = row.stage_order;
    let configured = ServiceRow { id, name, kind, source, engine, provider, ..known.clone() };
    ServiceRow { stage, stage_order, version_desired, haystack, wire, ..configured }
}

/// How often something was pushed: an answer that was asked for before the last time is older than that.
fn heard(store: Store) -> u32 {
    store.poll.try_with_value(|poll| poll.heard).unwrap_or(0)
}

/// What is told of the loaded services of an environment. Not its pods, which other lines tell.
fn patch_statuses<'a>(
    store: Store,
    focus: EnvironmentId,
    environment: Option<&EnvironmentStatus>,
    services: impl Iterator<Item = &'a ServiceStatus>,
) {
    if store.loaded.get_untracked() != Some(focus) {
        return;
    }
    let mut members = Vec::new();
    for status in services {
        let Ok(id) = status.id.parse::<ServiceId>() else { continue };
        let state = Status::from_name(&status.state);
        if status.is_part_last_deployment || state.in_progress() {
            members.push((id, state, None));
        }
        if let Some((before, after)) = store.services.patch(id.0, |row| service_status(row, status)) {
            announce::changed(store, &before, &after);
        }
    }
    store.services.touch();
    let mut counts: Vec<(Status, usize)> = Vec::new();
    let rows = untrack(|| store.services.all());
    for row in &rows {
        match counts.iter_mut().find(|(known, _)| *known == row.status) {
            Some((_, count)) => *count += 1,
            None => counts.push((row.status.clone(), 1)),
        }
    }
    counts.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    if let Some(environment) = environment {
        let deployment = deployment(environment, members);
        if store.deployment.with_untracked(|now| *now != deployment) {
            store.deployment.set(deployment);
        }
    }
    store.environments.patch(focus.0, |row| {
        let row = environment.map_or_else(|| row.clone(), |status| environment_status(row, status));
        EnvironmentRow { counts, services: rows.len(), ..row }
    });
    store.environments.touch();
}

/// The deployment that runs, where the environment is in progress. When it started is not told, nor which action it is.
fn deployment(from: &EnvironmentStatus, services: Vec<(ServiceId, Status, Option<Arc<str>>)>) -> Option<Running> {
    let status = Status::from_name(&from.state);
    let deploys =
        |(_, status, _): &(_, _, _)| matches!(status, Status::DeploymentQueued | Status::Building | Status::Deploying);
    status.in_progress().then(|| Running {
        words: "Deployment".into(),
        actor: legible(from.triggered_by.as_deref().unwrap_or("somebody")),
        origin: legible(from.origin.as_deref().unwrap_or_default()),
        started: None,
        cancelable: services.iter().any(deploys),
        canceling: status == Status::Canceling,
        services,
    })
}

/// The browser's time: the contract's answers tell none.
fn now() -> i64 {
    js_sys::Date::now() as i64
}

/// The queue in the contract's words.
async fn follow_queue(store: Store, client: &Client, focus: EnvironmentId) -> Result<(), client::Error> {
    let queue = client.queue(focus).await?;
    store.queue.set(queue.iter().enumerate().filter_map(|(at, request)| waiting(store, at, request)).collect());
    Ok(())
}

fn waiting(store: Store, at: usize, from: &crate::api::queue::Queued) -> Option<Queued> {
    let services = from.stages.iter().flat_map(|stage| &stage.services);
    let services: Vec<ServiceId> = services.filter_map(|service| service.identifier.service_id.parse().ok()).collect();
    let asked = &from.auditing_data;
    Some(Queued {
        id: from.identifier.deployment_request_id.parse().ok()?,
        place: at as u64 + 1,
        // The contract has one word for Deploy, Redeploy and the version actions.
        action: None,
        words: wire::asked(&from.trigger_action, &services, |id| store.services.peek(id.0).map(|row| row.name.clone())),
        services,
        actor: legible(&asked.triggered_by),
        origin: legible(asked.origin.as_deref().unwrap_or_default()),
        at: asked.created_at.or(asked.updated_at).map_or_else(now, |at| at.0),
    })
}

/// What was done, where the outcome says it: the contract does not tell the action.
fn done(outcome: &str) -> Arc<str> {
    let of = |(prefix, words): &(&str, &'static str)| outcome.starts_with(prefix).then_some(*words);
    [("RESTART", "Restart"), ("STOP", "Stop"), ("DELET", "Delete")].iter().find_map(of).unwrap_or("Deployment").into()
}

/// An environment with its status: pods, queue and counts are not told.
fn environment_status(row: &EnvironmentRow, from: &EnvironmentStatus) -> EnvironmentRow {
    let status = Status::from_name(&from.state);
    let last = from.last_deployment_date.map(|at| Operation {
        action: None,
        words: done(&from.last_deployment_state),
        at: at.0,
        actor: legible(from.triggered_by.as_deref().unwrap_or_default()),
        origin: legible(from.origin.as_deref().unwrap_or_default()),
        outcome: Some(Status::from_name(&from.last_deployment_state)),
        ongoing: status.in_progress(),
        deployment: from.last_deployment_id.as_deref().map(Arc::from),
    });
    EnvironmentRow {
        ever_deployed: from.last_deployment_date.is_some() || status.ever_deployed(),
        services: row.services.max(1),
        last_deployment: last.as_ref().and_then(|last| last.outcome.clone()),
        operation: last,
        status,
        ..row.clone()
    }
}

/// A service with its status. Pods are not told; of a managed database the status says what is known (law §7).
fn service_status(row: &ServiceRow, from: &ServiceStatus) -> ServiceRow {
    let status = Status::from_name(&from.state);
    let running = match row.kind {
        Kind::ManagedDatabase => rollup::managed_running(&status),
        Kind::Application
        | Kind::Container
        | Kind::ContainerDatabase
        | Kind::LifecycleJob
        | Kind::CronJob
        | Kind::Helm
        | Kind::Unknown => row.running,
    };
    ServiceRow {
        beneath: status.clone(),
        failed_in: from.execution_id.as_deref().filter(|_| status.is_error()).map(Arc::from),
        running,
        sync: meaning::sync(&from.service_deployment_status),
        requests: from.deployment_requests_count as usize,
        operation: from.last_deployment_date.map(|at| Operation {
            action: None,
            words: wire::action_words(&from.status_details.action),
            at: at.0,
            actor: "".into(),
            origin: "".into(),
            outcome: Some(status.clone()),
            ongoing: status.in_progress(),
            deployment: from.execution_id.as_deref().map(Arc::from),
        }),
        status,
        ..row.clone()
    }
}
