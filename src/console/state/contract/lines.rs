//! The product's pushes: one line for each cluster of the open project, which tells how its services run, and one for the
//! environment that is looked at, which tells how its deployment goes on.

use std::sync::Arc;

use leptos::prelude::*;
use litemap::LiteMap;

use super::patch_statuses;
use crate::api::push::{EnvironmentRunning, PodRunning, RunningStatuses, ServiceRunning};
use crate::api::status::StatusesWithStages;
use crate::client::push::{Heard, Line, Scope};
use crate::console::state::row::{EnvironmentRow, PodRow, ServiceRow};
use crate::console::state::{Store, announce, poll, shown, use_store};
use crate::lifecycle::{EnvironmentId, Kind, RunningStatus, ServiceId};

/// What was last said of how an environment's services run. Rows that are loaded later are told it again.
type Known = StoredValue<LiteMap<u128, EnvironmentRunning>>;

/// Listens, for as long as it is mounted, on a server that is known to push.
pub(super) fn lines() -> AnyView {
    let store = use_store();
    if store.client().contract_only() {
        running(store);
        deploying(store);
    }
    ().into_any()
}

/// A line that is open while `wanted` says what to listen to.
fn keep<W: PartialEq + Send + Sync + 'static>(
    wanted: impl Fn() -> W + Send + Sync + 'static,
    open: impl Fn(&W) -> Vec<Line> + 'static,
) {
    let wanted = Memo::new(move |_| wanted());
    let lines = StoredValue::new_local(Vec::new());
    Effect::new(move |_| lines.set_value(wanted.with(&open)));
}

fn running(store: Store) {
    let known: Known = StoredValue::new(LiteMap::new_vec());
    let scopes = move || {
        let (Some(organization), Some((project, _))) = (store.organization(), store.project()) else {
            return Vec::new();
        };
        let environments = store.environments();
        let mut clusters: Vec<_> =
            environments.value().into_iter().flatten().map(|row| row.cluster_id.clone()).collect();
        clusters.sort_unstable();
        clusters.dedup();
        let scope = |cluster: Arc<str>| Scope {
            organization: organization.to_string(),
            cluster: cluster.to_string(),
            project: project.to_string(),
            environment: None,
        };
        clusters.into_iter().filter(|cluster| !cluster.is_empty()).map(scope).collect::<Vec<_>>()
    };
    keep(scopes, move |scopes| {
        known.set_value(LiteMap::new_vec());
        let client = store.client();
        let line = |scope: &Scope| {
            let cluster = scope.cluster.clone();
            client.running(scope, move |heard| match heard {
                Heard::Said(said) => told(store, known, said),
                Heard::Lost => lost(store, known, &cluster),
            })
        };
        scopes.iter().filter_map(line).collect()
    });
    // What was loaded after it was told is told it now.
    Effect::new(move |_| {
        store.environments_state();
        store.services_state();
        known.with_value(|known| known.values().for_each(|running| apply(store, running)));
        store.environments.touch();
        store.services.touch();
    });
}

fn told(store: Store, known: Known, said: RunningStatuses) {
    for environment in said.environments {
        let Ok(id) = environment.id.parse::<EnvironmentId>() else { continue };
        apply(store, &environment);
        known.update_value(|known| drop(known.insert(id.0, environment)));
    }
    store.environments.touch();
    store.services.touch();
}

/// Nothing more is known of what runs on a cluster.
fn lost(store: Store, known: Known, cluster: &str) {
    let on_it = |id: u128| store.environments.peek(id).is_some_and(|row| &*row.cluster_id == cluster);
    let gone: Vec<u128> = known.with_value(|known| known.keys().copied().filter(|id| on_it(*id)).collect());
    for id in gone {
        known.update_value(|known| drop(known.remove(&id)));
        store.environments.patch(id, |row| EnvironmentRow { running: RunningStatus::Unknown, ..row.clone() });
        if store.loaded.get_untracked() == Some(EnvironmentId(id)) {
            for row in untrack(|| store.services.all()).iter().filter(|row| has_pods(row)) {
                store.services.patch(row.id.0, |row| running_service(row, RunningStatus::Unknown, Vec::new()));
            }
        }
    }
    store.environments.touch();
    store.services.touch();
}

fn apply(store: Store, said: &EnvironmentRunning) {
    let Ok(id) = said.id.parse::<EnvironmentId>() else { return };
    let running = RunningStatus::from_name(&said.state);
    store.environments.patch(id.0, |row| EnvironmentRow { running, ..row.clone() });
    if store.loaded.get_untracked() != Some(id) {
        return;
    }
    for service in said.services() {
        let Ok(id) = service.id.parse::<ServiceId>() else { continue };
        let patched = store.services.patch(id.0, |row| match has_pods(row) {
            true => running_service(row, RunningStatus::from_name(&service.state), pods(service)),
            false => row.clone(),
        });
        if let Some((before, after)) = patched {
            announce::changed(store, &before, &after);
        }
    }
}

/// Of a managed database nothing is pushed: its status says how it runs (law §7).
fn has_pods(row: &ServiceRow) -> bool {
    row.kind != Kind::ManagedDatabase
}

fn running_service(row: &ServiceRow, running: RunningStatus, pods: Vec<PodRow>) -> ServiceRow {
    let count = |pods: usize| u32::try_from(pods).unwrap_or(u32::MAX);
    // The fewest there should be are configured; whether more are wanted is not told.
    let desired = row.wire.min_running_instances.filter(|_| row.kind.keeps_pods_up() && !pods.is_empty());
    ServiceRow {
        running,
        ready: count(pods.iter().filter(|pod| pod.ready).count()),
        desired: desired.map(|fewest| fewest.max(count(pods.len()))),
        pods,
        ..row.clone()
    }
}

fn pods(service: &ServiceRunning) -> Vec<PodRow> {
    service.pods.iter().map(pod).collect()
}

fn pod(from: &PodRunning) -> PodRow {
    let running = RunningStatus::from_name(&from.state);
    PodRow {
        name: from.name.as_str().into(),
        running,
        // One that is warned of runs.
        ready: matches!(running, RunningStatus::Running | RunningStatus::Warning),
        // Of which roll-out it is is not told.
        old: false,
        restarts: from.restart_count,
        message: from.state_message.as_deref().filter(|words| !words.is_empty()).map(Arc::from),
    }
}

fn deploying(store: Store) {
    let scope = move || {
        let (organization, (project, _)) = (store.organization()?, store.project()?);
        let environment = store.environment(store.focus()?)?;
        Some(Scope {
            organization: organization.to_string(),
            cluster: environment.cluster_id.to_string(),
            project: project.to_string(),
            environment: Some(environment.id.to_string()),
        })
    };
    keep(scope, move |scope| {
        pushed(store, false);
        let client = store.client();
        let line = |scope: &Scope| {
            let focus = scope.environment.as_deref()?.parse::<EnvironmentId>().ok()?;
            client.deploying(scope, move |heard| match heard {
                Heard::Said(said) => deployed(store, focus, &said),
                Heard::Lost => {
                    // Whatever was missed is asked for.
                    if pushed(store, false) {
                        poll::poke(store);
                    }
                }
            })
        };
        scope.iter().filter_map(line).collect()
    });
}

/// Notes whether the line tells; returns whether it did before.
fn pushed(store: Store, pushed: bool) -> bool {
    store.poll.try_update_value(|poll| std::mem::replace(&mut poll.pushed, pushed)).unwrap_or(false)
}

fn deployed(store: Store, focus: EnvironmentId, said: &StatusesWithStages) {
    store.poll.update_value(|poll| poll.heard = poll.heard.wrapping_add(1));
    let began = !pushed(store, true);
    // A list that is still to come is told by a round after it.
    if store.loaded.get_untracked() != Some(focus) {
        return;
    }
    let before = store.environments.peek(focus.0).map(|row| row.status.clone());
    patch_statuses(store, focus, said.environment.as_ref(), said.stages.iter().flat_map(|stage| stage.iter()));
    shown::services_known(store);
    // Of the queue nothing is pushed; it moves when a deployment begins or ends.
    if began || before != store.environments.peek(focus.0).map(|row| row.status.clone()) {
        poll::hear(store);
    }
}
