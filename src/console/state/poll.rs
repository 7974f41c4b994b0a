//! Follows the server: fast while something goes on, slower when nothing does, not at all in a hidden page.

use std::sync::Arc;
use std::time::Duration;

use leptos::leptos_dom::helpers::TimeoutHandle;
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::{Store, announce, freshness, wire};
use crate::api::live::{EnvironmentDetail, ProjectLive};
use crate::client::{self, Client};
use crate::console::route::Page;
use crate::lifecycle::{EnvironmentId, Provider, ServiceId};

/// Where the following stands.
#[derive(Default)]
pub struct Poll {
    timer: Option<TimeoutHandle>,
    /// A round is under way…
    busy: bool,
    /// …and another was asked for meanwhile.
    again: bool,
    /// Counts worlds: what was asked of an older one is thrown away.
    world: u64,
    project: Option<String>,
    /// Up to where the project's changes are known.
    project_revision: u64,
    /// Up to where the changes of the loaded services are known.
    revision: u64,
    /// Whether the server has no words for what goes on beyond the contract's.
    contract_only: bool,
    failures: u32,
}

/// Begins to follow.
pub fn start(store: Store) {
    store.contact.update(|contact| contact.patience = 3_000.0);
    let shown = window_event_listener_untyped("visibilitychange", move |_| {
        if !hidden() {
            poke(store);
        }
    });
    let online = window_event_listener_untyped("online", move |_| poke(store));
    let second = set_interval_with_handle(move || tick(store), Duration::from_secs(1));
    on_cleanup(move || {
        shown.remove();
        online.remove();
        if let Ok(second) = second {
            second.clear();
        }
    });
    // Another environment: its services are wanted now.
    Effect::new(move |before: Option<Option<EnvironmentId>>| {
        let focus = store.focus.get();
        if before.flatten() != focus && focus.is_some() && store.loaded.get_untracked() != focus {
            store.loaded.set(None);
            store.services.forget();
            store.queue.set(Vec::new());
            store.deployment.set(None);
            store.selection.set(Default::default());
        }
        poke(store);
        focus
    });
}

/// Asks now, or as soon as the round that is under way has ended.
pub fn poke(store: Store) {
    let free = store.poll.try_update_value(|poll| {
        if let Some(timer) = poll.timer.take() {
            timer.clear();
        }
        poll.again = poll.busy;
        !std::mem::replace(&mut poll.busy, true)
    });
    if free == Some(true) {
        spawn_local(round(store));
    }
}

/// Forgets everything and loads it again.
pub fn reset(store: Store) {
    store.poll.update_value(|poll| {
        poll.world += 1;
        poll.project = None;
        poll.project_revision = 0;
        poll.revision = 0;
        poll.contract_only = false;
    });
    store.environments.forget();
    store.services.forget();
    store.loaded.set(None);
    store.queue.set(Vec::new());
    store.deployment.set(None);
    store.selection.set(Default::default());
    poke(store);
}

async fn round(store: Store) {
    let slow = set_timeout_with_handle(
        move || {
            if !store.environments.loaded() {
                store.environments.slow();
            }
            if !store.services.loaded() {
                store.services.slow();
            }
        },
        Duration::from_secs(2),
    );
    let world = store.poll.with_value(|poll| poll.world);
    let result = refresh(store, world).await;
    if let Ok(slow) = slow {
        slow.clear();
    }
    let Some(again) = store.poll.try_update_value(|poll| {
        poll.busy = false;
        poll.failures = if result.is_ok() { 0 } else { poll.failures + 1 };
        std::mem::take(&mut poll.again) || poll.world != world
    }) else {
        return;
    };
    if !again {
        settle(store, result);
    }
    if again {
        poke(store);
    } else if !hidden() {
        let timer = set_timeout_with_handle(move || poke(store), pause(store));
        store.poll.update_value(|poll| poll.timer = timer.ok());
    }
}

/// What a round means for the freshness.
fn settle(store: Store, result: Result<(), client::Error>) {
    let now = js_sys::Date::now();
    let patience = pause(store).as_secs_f64() * 1_000.0 + 2_000.0;
    match result {
        Ok(()) => {
            store.environments.healed();
            store.services.healed();
            store.contact.set(freshness::Contact { answered: Some(now), now, trouble: None, patience });
        }
        Err(error) => {
            if !store.environments.loaded() {
                store.environments.failed(error.clone());
            }
            if store.focus.get_untracked().is_some() {
                store.services.failed(error.clone());
            }
            let gone = matches!(error, client::Error::NotFound { .. });
            store.contact.update(|contact| {
                contact.now = now;
                // That a thing is not there is an answer too: what is shown is current.
                contact.answered = if gone { Some(now) } else { contact.answered };
                contact.trouble = Some(error).filter(|_| !gone);
            });
        }
    }
}

/// The badge grows older while no answer comes.
fn tick(store: Store) {
    let now = js_sys::Date::now();
    let before = store.contact.with_untracked(freshness::Contact::freshness);
    let mut contact = store.contact.get_untracked();
    contact.now = now;
    if contact.freshness() != before {
        store.contact.set(contact);
    }
}

fn pause(store: Store) -> Duration {
    let (failures, contract_only) = store.poll.with_value(|poll| (poll.failures, poll.contract_only));
    if failures > 0 {
        let base = 1_000 << failures.min(5);
        return Duration::from_millis((f64::from(base) * (0.5 + js_sys::Math::random() / 2.0)) as u64);
    }
    let demo = store.client.with_value(|client| client.demo().is_some());
    let busy = match store.loaded.get_untracked() {
        Some(id) => store.environments.peek(id.0).is_some_and(|row| row.status.in_progress() || row.queue > 0),
        None => store.environments.any(|row| row.status.in_progress()),
    };
    // A machine's token has 1,000 requests an hour: without the cheap live answers it goes slowly.
    Duration::from_millis(match (demo, contract_only, busy) {
        (true, _, true) => 300,
        (true, _, false) => 1_000,
        (false, false, true) => 1_500,
        (false, false, false) => 6_000,
        (false, true, true) => 5_000,
        (false, true, false) => 20_000,
    })
}

fn hidden() -> bool {
    document().visibility_state() == web_sys::VisibilityState::Hidden
}

async fn refresh(store: Store, world: u64) -> Result<(), client::Error> {
    let client = store.client();
    let old = move || store.poll.try_with_value(|poll| poll.world != world).unwrap_or(true);
    let Some(project) = project(store, &client).await? else {
        store.environments.load(Vec::new());
        return Ok(());
    };
    if old() {
        return Ok(());
    }
    if !store.environments.loaded() {
        load_environments(store, &client, &project).await?;
    }
    let page = store.route.place().with_untracked(|place| place.page.clone());
    let known = store.poll.with_value(|poll| poll.project_revision > 0);
    if page == Page::Environments || !known {
        follow_project(store, &client, &project).await?;
    }
    if old() {
        return Ok(());
    }
    if let Some(focus) = store.focus.get_untracked() {
        follow_environment(store, &client, focus).await?;
    }
    Ok(())
}

/// The project that is open: the first one there is, unless the URL names another (`?project=`).
async fn project(store: Store, client: &Client) -> Result<Option<String>, client::Error> {
    if let Some(project) = store.poll.with_value(|poll| poll.project.clone()) {
        return Ok(Some(project));
    }
    let wanted = store
        .route
        .place()
        .with_untracked(|place| place.rest.iter().find(|(key, _)| key == "project").map(|(_, value)| value.clone()));
    let mut all = Vec::new();
    for organization in client.organizations().await? {
        let projects = client.projects(&organization.id).await?;
        all.extend(projects.into_iter().map(|project| (organization.id.clone(), project)));
    }
    let names = all.iter().map(|(_, project)| (project.id.as_str().into(), project.name.as_str().into()));
    store.projects.set(names.collect());
    let at = all.iter().position(|(_, project)| wanted.as_ref() == Some(&project.id)).unwrap_or(0);
    if let Some((organization, project)) = all.into_iter().nth(at) {
        store.organization.set(Some(organization.into()));
        store.project.set(Some(project.name.into()));
        store.poll.update_value(|poll| poll.project = Some(project.id.clone()));
        return Ok(Some(project.id));
    }
    Ok(None)
}

async fn load_environments(store: Store, client: &Client, project: &str) -> Result<(), client::Error> {
    let environments = client.environments(project).await?;
    let rows = environments.iter().filter_map(wire::environment).map(|row| (row.id.0, row));
    store.environments.load(rows.collect());
    store.poll.update_value(|poll| poll.project_revision = 0);
    Ok(())
}

async fn follow_project(store: Store, client: &Client, project: &str) -> Result<(), client::Error> {
    let (since, contract_only) = store.poll.with_value(|poll| (poll.project_revision, poll.contract_only));
    let live = if contract_only { None } else { client.project_live(project, since).await? };
    let Some(live) = live else {
        let statuses = client.environments_status(project).await?;
        store.poll.update_value(|poll| {
            poll.contract_only = true;
            poll.project_revision = 1;
        });
        for status in &statuses {
            if let Ok(id) = status.id.parse::<EnvironmentId>() {
                store.environments.patch(id.0, |row| wire::environment_status(row, status));
            }
        }
        store.environments.touch();
        store.now.set(js_sys::Date::now() as i64);
        return Ok(());
    };
    if patch_environments(store, &live) {
        load_environments(store, client, project).await?;
        if let Some(live) = client.project_live(project, 0).await? {
            patch_environments(store, &live);
        }
    }
    Ok(())
}

/// Returns whether the list of environments is not ours any more.
fn patch_environments(store: Store, live: &ProjectLive) -> bool {
    store.now.set(live.now.0);
    let mut changed = false;
    let mut missing = live.full && live.environments.len() != store.environments.count();
    for environment in &live.environments {
        let Ok(id) = environment.id.parse::<EnvironmentId>() else { continue };
        missing |= store.environments.peek(id.0).is_none();
        changed |= store.environments.patch(id.0, |row| wire::environment_live(row, environment)).is_some();
    }
    if changed {
        store.environments.touch();
    }
    store.poll.update_value(|poll| poll.project_revision = live.revision.max(1));
    missing
}

async fn follow_environment(store: Store, client: &Client, focus: EnvironmentId) -> Result<(), client::Error> {
    if store.loaded.get_untracked() != Some(focus) {
        load_services(store, client, focus).await?;
        return Ok(());
    }
    let (since, contract_only) = store.poll.with_value(|poll| (poll.revision, poll.contract_only));
    let live = if contract_only { None } else { client.environment_live(focus, since).await? };
    match live {
        Some(live) if store.loaded.get_untracked() == Some(focus) => {
            if live.full && live.services.len() != store.services.count() {
                return load_services(store, client, focus).await;
            }
            patch_services(store, focus, &live, true);
        }
        Some(_) => {}
        None => follow_statuses(store, client, focus).await?,
    }
    Ok(())
}

/// Loads the services of an environment and how they are doing, and shows them only then, so that no wrong status is
/// ever seen.
async fn load_services(store: Store, client: &Client, focus: EnvironmentId) -> Result<(), client::Error> {
    let services = client.services(focus).await?;
    let stages = client.stages(focus).await?;
    let contract_only = store.poll.with_value(|poll| poll.contract_only);
    let live = if contract_only { None } else { client.environment_live(focus, 0).await? };
    if store.focus.get_untracked() != Some(focus) {
        return Ok(());
    }
    let provider = store.environments.peek(focus.0).map_or(Provider::Unknown, |row| row.provider);
    let mut place = std::collections::BTreeMap::new();
    for (order, stage) in stages.iter().enumerate() {
        for service in &stage.services {
            place.insert(service.service_id.as_str(), (stage.name.as_str(), order));
        }
    }
    let mut rows: Vec<_> = services
        .iter()
        .filter_map(|service| {
            let (stage, order) = place.get(service.id.as_str()).copied().unwrap_or(("", usize::MAX));
            wire::service(service, provider, stage, order)
        })
        .collect();
    if let Some(live) = &live {
        let by_id: std::collections::BTreeMap<u128, _> = live
            .services
            .iter()
            .filter_map(|service| Some((service.id.parse::<ServiceId>().ok()?.0, service)))
            .collect();
        for row in &mut rows {
            if let Some(service) = by_id.get(&row.id.0) {
                *row = wire::service_live(row, service);
            }
        }
    }
    rows.sort_by(|a, b| a.stage_order.cmp(&b.stage_order).then_with(|| a.name.cmp(&b.name)));
    store.services.load(rows.into_iter().map(|row| (row.id.0, row)).collect());
    store.loaded.set(Some(focus));
    match live {
        Some(live) => patch_services(store, focus, &live, false),
        None => follow_statuses(store, client, focus).await?,
    }
    Ok(())
}

fn patch_services(store: Store, focus: EnvironmentId, live: &EnvironmentDetail, say: bool) {
    store.now.set(live.now.0);
    let mut changed = false;
    for service in &live.services {
        let Ok(id) = service.id.parse::<ServiceId>() else { continue };
        if let Some((before, after)) = store.services.patch(id.0, |row| wire::service_live(row, service)) {
            changed = true;
            if say {
                announce::changed(store, &before, &after);
            }
        }
    }
    if changed {
        store.services.touch();
    }
    if store.environments.patch(focus.0, |row| wire::environment_live(row, &live.environment)).is_some() {
        store.environments.touch();
    }
    let name = |id: ServiceId| store.services.peek(id.0).map(|row| row.name.clone());
    let queue: Vec<_> = live.queue.iter().filter_map(|request| wire::queued(request, name)).collect();
    if store.queue.with_untracked(|now| *now != queue) {
        store.queue.set(queue);
    }
    let deployment = live.deployment.as_ref().and_then(wire::running);
    if store.deployment.with_untracked(|now| *now != deployment) {
        store.deployment.set(deployment);
    }
    store.poll.update_value(|poll| poll.revision = live.revision);
}

/// The contract's statuses, for servers without the live answers.
async fn follow_statuses(store: Store, client: &Client, focus: EnvironmentId) -> Result<(), client::Error> {
    let statuses = client.statuses(focus).await?;
    store.poll.update_value(|poll| poll.contract_only = true);
    store.now.set(js_sys::Date::now() as i64);
    let mut counts: Vec<(crate::lifecycle::Status, usize)> = Vec::new();
    for status in statuses.iter() {
        let Ok(id) = status.id.parse::<ServiceId>() else { continue };
        if let Some((before, after)) = store.services.patch(id.0, |row| wire::service_status(row, status)) {
            announce::changed(store, &before, &after);
        }
        let shown = crate::lifecycle::Status::from_name(&status.state);
        match counts.iter_mut().find(|(known, _)| *known == shown) {
            Some((_, count)) => *count += 1,
            None => counts.push((shown, 1)),
        }
    }
    store.services.touch();
    store.environments.patch(focus.0, |row| {
        let row = match &statuses.environment {
            Some(status) => wire::environment_status(row, status),
            None => row.clone(),
        };
        let services = counts.iter().map(|(_, count)| count).sum();
        super::row::EnvironmentRow { counts: counts.clone(), services, ..row }
    });
    store.environments.touch();
    let queue = client.queue(focus).await?;
    store.queue.set(queue.iter().enumerate().filter_map(|(at, request)| waiting(at, request)).collect());
    Ok(())
}

fn waiting(at: usize, from: &crate::api::queue::Queued) -> Option<super::row::Queued> {
    Some(super::row::Queued {
        id: from.identifier.deployment_request_id.parse().ok()?,
        place: at as u64 + 1,
        action: None,
        words: Arc::from(from.trigger_action.as_str()),
        services: Vec::new(),
        actor: "".into(),
        origin: "".into(),
        at: 0,
    })
}
