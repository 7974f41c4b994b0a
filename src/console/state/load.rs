//! Asks the server for what the page needs, and puts the answers into the store.

use litemap::LiteMap;
use std::sync::Arc;

use leptos::prelude::*;

use super::row::{EnvironmentRow, Queued};
use super::{Store, announce, wire};
use crate::api::live::{EnvironmentDetail, ProjectLive};
use crate::api::status::Statuses;
use crate::client::{self, Client};
use crate::console::route::Page;
use crate::lifecycle::{EnvironmentId, Provider, ServiceId, Status};

/// One round: whatever the page shows and is not loaded is loaded; of the rest, what changed.
pub async fn refresh(store: Store, world: u64) -> Result<(), client::Error> {
    let client = store.client();
    let old = move || store.poll.try_with_value(|poll| poll.world != world).unwrap_or(true);
    let Some(project) = project(store, &client).await? else {
        store.environments.load(Vec::new());
        return Ok(());
    };
    if old() {
        return Ok(());
    }
    let page = store.route.place().with_untracked(|place| place.page.clone());
    if !store.environments.loaded() {
        load_environments(store, &client, &project).await?;
    } else if page == Page::Environments {
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

/// Loads the environments and how they are doing, and shows them only then, so that no wrong status is ever seen.
async fn load_environments(store: Store, client: &Client, project: &str) -> Result<(), client::Error> {
    let environments = client.environments(project).await?;
    let mut rows: LiteMap<u128, _> =
        environments.iter().filter_map(wire::environment).map(|row| (row.id.0, row)).collect();
    let contract_only = store.poll.with_value(|poll| poll.contract_only);
    let live = if contract_only { None } else { client.project_live(project, 0).await? };
    match live {
        Some(live) => {
            for environment in &live.environments {
                let id = environment.id.parse::<EnvironmentId>();
                if let Some(row) = id.ok().and_then(|id| rows.get_mut(&id.0)) {
                    *row = wire::environment_live(row, environment);
                }
            }
            store.now.set(live.now.0);
            store.poll.update_value(|poll| poll.project_revision = live.revision);
        }
        None => {
            for status in client.environments_status(project).await? {
                if let Some(row) = status.id.parse::<EnvironmentId>().ok().and_then(|id| rows.get_mut(&id.0)) {
                    *row = wire::environment_status(row, &status);
                }
            }
            store.now.set(js_sys::Date::now() as i64);
            store.poll.update_value(|poll| poll.contract_only = true);
        }
    }
    store.environments.load(rows.into_iter().collect());
    Ok(())
}

async fn follow_project(store: Store, client: &Client, project: &str) -> Result<(), client::Error> {
    let (since, contract_only) = store.poll.with_value(|poll| (poll.project_revision, poll.contract_only));
    let live = if contract_only { None } else { client.project_live(project, since).await? };
    if let Some(live) = live {
        if patch_environments(store, &live) {
            load_environments(store, client, project).await?;
        }
        return Ok(());
    }
    for status in client.environments_status(project).await? {
        if let Ok(id) = status.id.parse::<EnvironmentId>() {
            store.environments.patch(id.0, |row| wire::environment_status(row, &status));
        }
    }
    store.environments.touch();
    store.now.set(js_sys::Date::now() as i64);
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
    store.poll.update_value(|poll| poll.project_revision = live.revision);
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
        None => {
            patch_statuses(store, focus, &client.statuses(focus).await?);
            follow_queue(store, client, focus).await?;
        }
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
    let statuses = if live.is_none() { Some(client.statuses(focus).await?) } else { None };
    if store.focus.get_untracked() != Some(focus) {
        return Ok(());
    }
    let provider = store.environments.peek(focus.0).map_or(Provider::Unknown, |row| row.provider);
    let placed = stages.iter().enumerate().flat_map(|(order, stage)| {
        stage.services.iter().map(move |service| (service.service_id.as_str(), (stage.name.as_str(), order)))
    });
    let place: LiteMap<&str, (&str, usize)> = placed.collect();
    let mut rows: Vec<_> = services
        .iter()
        .filter_map(|service| {
            let (stage, order) = place.get(service.id.as_str()).copied().unwrap_or(("", usize::MAX));
            wire::service(service, provider, stage, order)
        })
        .collect();
    let mut by_id: LiteMap<u128, _> = rows.iter_mut().map(|row| (row.id.0, row)).collect();
    for service in live.iter().flat_map(|live| &live.services) {
        if let Some(row) = service.id.parse::<ServiceId>().ok().and_then(|id| by_id.get_mut(&id.0)) {
            **row = wire::service_live(row, service);
        }
    }
    for status in statuses.iter().flat_map(|statuses| statuses.iter()) {
        if let Some(row) = status.id.parse::<ServiceId>().ok().and_then(|id| by_id.get_mut(&id.0)) {
            **row = wire::service_status(row, status);
        }
    }
    rows.sort_by(|a, b| a.stage_order.cmp(&b.stage_order).then_with(|| a.name.cmp(&b.name)));
    store.services.load(rows.into_iter().map(|row| (row.id.0, row)).collect());
    store.loaded.set(Some(focus));
    if let Some(live) = &live {
        patch_services(store, focus, live, false);
    }
    if let Some(statuses) = &statuses {
        patch_statuses(store, focus, statuses);
        follow_queue(store, client, focus).await?;
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
fn patch_statuses(store: Store, focus: EnvironmentId, statuses: &Statuses) {
    store.poll.update_value(|poll| poll.contract_only = true);
    store.now.set(js_sys::Date::now() as i64);
    let mut counts: Vec<(Status, usize)> = Vec::new();
    for status in statuses.iter() {
        let Ok(id) = status.id.parse::<ServiceId>() else { continue };
        if let Some((before, after)) = store.services.patch(id.0, |row| wire::service_status(row, status)) {
            announce::changed(store, &before, &after);
        }
        let shown = Status::from_name(&status.state);
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
        EnvironmentRow { counts: counts.clone(), services, ..row }
    });
    store.environments.touch();
}

/// The queue in the contract's words.
async fn follow_queue(store: Store, client: &Client, focus: EnvironmentId) -> Result<(), client::Error> {
    let queue = client.queue(focus).await?;
    store.queue.set(queue.iter().enumerate().filter_map(|(at, request)| waiting(at, request)).collect());
    Ok(())
}

fn waiting(at: usize, from: &crate::api::queue::Queued) -> Option<Queued> {
    let services = from.stages.iter().flat_map(|stage| &stage.services);
    let asked = &from.auditing_data;
    Some(Queued {
        id: from.identifier.deployment_request_id.parse().ok()?,
        place: at as u64 + 1,
        // The contract has one word for Deploy, Redeploy and the version actions.
        action: None,
        words: Arc::from(from.trigger_action.as_str()),
        services: services.filter_map(|service| service.identifier.service_id.parse().ok()).collect(),
        actor: asked.triggered_by.as_str().into(),
        origin: asked.origin.as_deref().unwrap_or_default().into(),
        at: asked.created_at.or(asked.updated_at).map_or_else(|| js_sys::Date::now() as i64, |at| at.0),
    })
}
