//! Asks the server for what the page needs, and puts the answers into the store. A server that has no answers beyond the
//! contract's is followed by `state/contract.rs`.

use litemap::LiteMap;

use leptos::prelude::*;

use super::row::ServiceRow;
use super::{Store, announce, shown, wire};
use crate::api::live::{EnvironmentDetail, ProjectLive};
use crate::api::service::Service;
use crate::api::stage::Stage;
use crate::client::{self, Client};
use crate::console::legible::name;
use crate::console::route::Place;
use crate::lifecycle::{EnvironmentId, Provider, ServiceId, Source};

/// One round: whatever the page shows and is not loaded is loaded; of the rest, what changed.
pub async fn refresh(store: Store) -> Result<(), client::Error> {
    let client = store.client();
    let known = store.poll.with_value(|poll| poll.project.clone());
    let project = match &known {
        Some(project) => Some(project.clone()),
        None => project(store, &client).await?,
    };
    let followed = round(store, &client, project.as_deref()).await;
    // What is shown was not found: either somebody else answers, or the whole project is gone, and another is open. That is
    // asked now and then, as it takes two lists.
    let due = store.poll.with_value(|poll| poll.failures.is_multiple_of(8));
    if let (Err(client::Error::NotFound { .. }), Some(_), true) = (&followed, known, due)
        && let Ok(other) = self::project(store, &client).await
        && other != project
    {
        store.poll.update_value(|poll| (poll.project_revision, poll.revision) = (0, 0));
        store.environments.forget();
        shown::forget_services(store);
        return round(store, &client, other.as_deref()).await;
    }
    followed
}

async fn round(store: Store, client: &Client, project: Option<&str>) -> Result<(), client::Error> {
    let Some(project) = project else {
        store.environments.load(Vec::new());
        return Ok(());
    };
    if !store.contract_only() {
        follow(store, client, project).await?;
    }
    // Known from the beginning, or learned just now.
    if store.contract_only() {
        let loaded = store.loader.loaded().await.map_err(|_| client::Error::Offline)?;
        (loaded.contract.round)(store, project.to_owned()).await?;
    }
    Ok(())
}

async fn follow(store: Store, client: &Client, project: &str) -> Result<(), client::Error> {
    if !store.environments.loaded() {
        load_environments(store, client, project).await?;
    } else if shown::is_list(store) {
        follow_project(store, client, project).await?;
    }
    let Some(focus) = store.focus.get_untracked() else { return Ok(()) };
    let followed = follow_environment(store, client, focus).await;
    if is_missing(store, focus, &followed) {
        load_environments(store, client, project).await?;
        forget_gone(store, focus);
    }
    followed
}

/// Whether an environment that is shown was not found: it is gone, or somebody else answers. Its project's list tells.
pub(super) fn is_missing(store: Store, focus: EnvironmentId, followed: &Result<(), client::Error>) -> bool {
    matches!(followed, Err(client::Error::NotFound { .. })) && store.loaded.get_untracked() == Some(focus)
}

/// Shows no more of an environment that its project does not list any more.
pub(super) fn forget_gone(store: Store, focus: EnvironmentId) {
    if store.environments.peek(focus.0).is_none() {
        shown::forget_services(store);
    }
}

/// The project that is open: the one the URL names (`?organization=`, `?project=`), else the one that was, else the first
/// there is.
async fn project(store: Store, client: &Client) -> Result<Option<String>, client::Error> {
    let wanted = |key: &str| {
        let rest = |place: &Place| place.rest.iter().find(|(known, _)| known == key).map(|(_, value)| value.clone());
        store.route.place().with_untracked(rest)
    };
    let (in_organization, wanted) = (wanted("organization"), wanted("project"));
    let wanted = wanted.or_else(|| store.poll.with_value(|poll| poll.project.clone()));
    let mut organizations = client.organizations().await?;
    let names = organizations.iter().map(|one| (one.id.as_str().into(), name(&one.name)));
    store.organizations.set(names.collect());
    // One that is named is the only one that is asked for its projects.
    if organizations.iter().any(|one| Some(&one.id) == in_organization.as_ref()) {
        organizations.retain(|one| Some(&one.id) == in_organization.as_ref());
    }
    let mut open = None;
    for organization in organizations {
        let projects = client.projects(&organization.id).await?;
        let at = projects.iter().position(|project| Some(&project.id) == wanted.as_ref());
        let first = open.as_ref().is_none_or(|(_, projects, _): &(_, Vec<_>, _)| projects.is_empty());
        let found = at.is_some() || (wanted.is_none() && !projects.is_empty());
        if first || at.is_some() {
            open = Some((organization.id, projects, at.unwrap_or(0)));
        }
        if found {
            break;
        }
    }
    let Some((organization, projects, at)) = open else {
        store.organization.set(None);
        store.projects.set(Vec::new());
        store.project.set(None);
        store.poll.update_value(|poll| poll.project = None);
        return Ok(None);
    };
    store.organization.set(Some(organization.into()));
    let names = projects.iter().map(|project| (project.id.as_str().into(), name(&project.name)));
    store.projects.set(names.collect());
    let project = projects.into_iter().nth(at);
    store.project.set(project.as_ref().map(|project| (project.id.as_str().into(), name(&project.name))));
    let id = project.map(|project| project.id);
    store.poll.update_value(|poll| poll.project = id.clone());
    Ok(id)
}

/// Loads the environments and how they are doing, and shows them only then, so that no wrong status is ever seen.
async fn load_environments(store: Store, client: &Client, project: &str) -> Result<(), client::Error> {
    let environments = client.environments(project).await?;
    let Some(live) = client.project_live(project, 0).await? else { return lacking(store) };
    store.poll.update_value(|poll| poll.ours = true);
    refuse_older(store, live.start, live.revision)?;
    let mut rows: LiteMap<u128, _> =
        environments.iter().filter_map(wire::environment).map(|row| (row.id.0, row)).collect();
    for environment in &live.environments {
        let id = environment.id.parse::<EnvironmentId>();
        if let Some(row) = id.ok().and_then(|id| rows.get_mut(&id.0)) {
            *row = wire::environment_live(row, environment);
        }
    }
    store.now.set(live.now.0);
    store.poll.update_value(|poll| poll.project_revision = live.revision);
    store.environments.load(rows.into_iter().collect());
    shown::environments_known(store);
    Ok(())
}

async fn follow_project(store: Store, client: &Client, project: &str) -> Result<(), client::Error> {
    let since = store.poll.with_value(|poll| poll.project_revision);
    match client.project_live(project, since).await? {
        Some(live) if is_apart(store, since, live.start, live.revision) || patch_environments(store, &live) => {
            load_environments(store, client, project).await
        }
        Some(_) => Ok(()),
        None => lacking(store),
    }
}

/// Whether an answer does not go on from what is shown: the server has started again, or somebody on the way has kept an
/// older answer and gave it again. Then all is asked from the beginning.
fn is_apart(store: Store, since: u64, start: u64, revision: u64) -> bool {
    revision < since || store.poll.with_value(|poll| poll.start != start)
}

/// Refuses an answer from the beginning that is older than what is shown. Another start of the server may have been set
/// back: its revisions say nothing about those of this one.
fn refuse_older(store: Store, start: u64, revision: u64) -> Result<(), client::Error> {
    let older = store.poll.try_update_value(|poll| {
        if poll.start != start {
            (poll.start, poll.project_revision, poll.revision) = (start, 0, 0);
        }
        revision < poll.project_revision.max(poll.revision)
    });
    if older == Some(true) { Err(older_than_shown()) } else { Ok(()) }
}

/// An answer that is older than what is shown is none.
pub(super) fn older_than_shown() -> client::Error {
    let detail = String::from("it is older than what is shown");
    client::Error::Unreadable { path: "this page".to_owned(), detail, action: false }
}

/// The server has no answers of ours. One that had them has them: what was asked for is not there any more, or somebody
/// else answers for it.
fn lacking(store: Store) -> Result<(), client::Error> {
    if store.poll.with_value(|poll| poll.ours) {
        return Err(client::Error::NotFound { detail: "The server says that it is not there (any more).".to_owned() });
    }
    store.poll.update_value(|poll| poll.contract_only = true);
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
        return load_services(store, client, focus).await;
    }
    let since = store.poll.with_value(|poll| poll.revision);
    match client.environment_live(focus, since).await? {
        Some(live) => {
            let others = live.full && live.services.len() != store.services.count();
            if others || is_apart(store, since, live.start, live.revision) {
                return load_services(store, client, focus).await;
            }
            patch_services(store, focus, &live, true);
            Ok(())
        }
        None => lacking(store),
    }
}

/// Loads the services of an environment and how they are doing, and shows them only then, so that no wrong status is
/// ever seen.
async fn load_services(store: Store, client: &Client, focus: EnvironmentId) -> Result<(), client::Error> {
    let services = client.services(focus).await?;
    let stages = client.stages(focus).await?;
    let Some(live) = client.environment_live(focus, 0).await? else { return lacking(store) };
    refuse_older(store, live.start, live.revision)?;
    let mut rows = service_rows(store, focus, &services, &stages);
    let mut by_id: LiteMap<u128, _> = rows.iter_mut().map(|row| (row.id.0, row)).collect();
    for service in &live.services {
        if let Some(row) = service.id.parse::<ServiceId>().ok().and_then(|id| by_id.get_mut(&id.0)) {
            **row = wire::service_live(row, service);
        }
    }
    show_services(store, focus, rows);
    patch_services(store, focus, &live, false);
    Ok(())
}

/// The services of an environment as configured, each in its stage; how they are doing is not told yet.
pub(super) fn service_rows(
    store: Store,
    focus: EnvironmentId,
    services: &[Service],
    stages: &[Stage],
) -> Vec<ServiceRow> {
    let provider = store.environments.peek(focus.0).map_or(Provider::Unknown, |row| row.provider);
    let placed = stages.iter().enumerate().flat_map(|(order, stage)| {
        stage.services.iter().map(move |service| (service.service_id.as_str(), (stage.name.as_str(), order)))
    });
    let place: LiteMap<&str, (&str, usize)> = placed.collect();
    let row = |service: &Service| {
        let (stage, order) = place.get(service.id.as_str()).copied().unwrap_or(("", usize::MAX));
        wire::service(service, provider, stage, order)
    };
    services.iter().filter_map(row).collect()
}

/// Shows them, in the order of the pipeline.
pub(super) fn show_services(store: Store, focus: EnvironmentId, mut rows: Vec<ServiceRow>) {
    rows.sort_by(|a, b| a.stage_order.cmp(&b.stage_order).then_with(|| a.name.cmp(&b.name)));
    store.services.load(rows.into_iter().map(|row| (row.id.0, row)).collect());
    store.loaded.set(Some(focus));
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
    let git = || store.services.number(|row| row.source == Source::Git);
    let queue: Vec<_> = live.queue.iter().filter_map(|request| wire::queued(request, git, name)).collect();
    if store.queue.with_untracked(|now| *now != queue) {
        store.queue.set(queue);
    }
    let deployment = live.deployment.as_ref().and_then(wire::running);
    if store.deployment.with_untracked(|now| *now != deployment) {
        store.deployment.set(deployment);
    }
    store.poll.update_value(|poll| poll.revision = live.revision);
}
