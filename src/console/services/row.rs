//! The cells of a service.

use std::sync::Arc;

use leptos::prelude::*;

use crate::console::element::{Child, view};
use crate::console::page::Listed;
use crate::console::parts::{Mark, Pods, RunningMark, StatusChip, Tone, VersionLabel};
use crate::console::play::{next_of_service, play_button};
use crate::console::read::Read;
use crate::console::route::Target;
use crate::console::row_parts::{log_link, operation};
use crate::console::selection::select_one;
use crate::console::state::Store;
use crate::lifecycle::{EnvironmentId, RunningStatus, ServiceId, Status, Sync};

/// Its name.
pub fn name(store: Store, key: u128) -> Arc<str> {
    store.service(ServiceId(key)).map_or_else(|| "".into(), |row| row.name.clone())
}

/// Its cells.
pub fn cells(store: Store, key: u128) -> AnyView {
    let id = ServiceId(key);
    let Some(fixed) = untrack(|| store.service(id)) else { return ().into_any() };
    let environment = untrack(|| store.focus()).unwrap_or(EnvironmentId(0));
    let verb = Read::new(move || store.service(id).and_then(|row| next_of_service(store, &row.facts())));
    let status = Read::new(move || store.service(id).map_or(Status::Ready, |row| row.status.clone()));
    let running = Read::new(move || store.service(id).map_or(RunningStatus::Unknown, |row| row.running));
    let pods = Read::new(move || store.service(id).map(|row| row.pods.clone()).unwrap_or_default());
    let desired = Read::new(move || store.service(id).and_then(|row| row.desired));
    let from = Read::new(move || {
        store.service(id).and_then(|row| row.version_running.clone().or(row.version_desired.clone()))
    });
    let to = Read::new(move || store.service(id).and_then(|row| row.version_deploying.clone()));
    let last = Read::new(move || store.service(id).and_then(|row| row.operation.clone()));
    let failed_in = Read::new(move || store.service(id).and_then(|row| row.failed_in.clone()));
    let log = log_link(environment, Some(id), failed_in);
    let Listed(lines) = expect_context();
    view! {
        <td class="c-pick" role="gridcell">{select_one(store, key, fixed.name.clone(), lines)}</td>
        <td class="c-name" role="gridcell">
            <span class="two">
                <span class="name">{fixed.name.to_string()}</span>
                <span class="muted">{fixed.kind_words()}</span>
            </span>
        </td>
        <td class="c-status" role="gridcell">
            <StatusChip status running=running.clone()/>
            <span class="note" title=move || note(store, id)>{note_and_log(store, id, &fixed.name, log)}</span>
        </td>
        <td class="c-running" role="gridcell">
            <RunningMark running=running.clone()/>
            <Pods pods desired running/>
        </td>
        <td class="c-version" role="gridcell">
            <VersionLabel running=from next=to/>
            {move || out_of_date(store, id)}
        </td>
        <td class="c-stage muted" role="gridcell" title=fixed.stage.to_string()>{fixed.stage.to_string()}</td>
        <td class="c-operation" role="gridcell">
            {operation(store, environment, Some(id), last)}
        </td>
        <td class="c-play" role="gridcell">
            {play_button(store, Target::Service { environment, service: id }, fixed.name.clone(), verb)}
        </td>
    }
}

/// Not while it becomes another: the two versions say so, and want the room.
fn out_of_date(store: Store, id: ServiceId) -> AnyView {
    let drifts = store.service(id).is_some_and(|row| row.sync == Sync::OutOfDate && row.version_deploying.is_none());
    Child::view(drifts.then(|| view! { <Mark word="out of date".to_string() tone=Tone::Warn/> }))
}

/// The note; of an error, the way to what was logged of it too.
fn note_and_log(store: Store, id: ServiceId, name: &str, log: Read<Option<String>>) -> AnyView {
    let label = format!("Log of {name}");
    view! {
        {move || note(store, id).map(|words| view! { <span class="note-words">{words}</span> })}
        {move || log.get().map(|href| view! { <a class="note-log" href=href aria-label=label.clone()>"Log"</a> })}
    }
}

/// What there is to say beside the status: how it failed, and whether something serves in spite of it.
fn note(store: Store, id: ServiceId) -> Option<String> {
    let row = store.service(id)?;
    let serves = row.status.is_error() && row.running == RunningStatus::Running;
    match (&row.note, serves) {
        (Some(note), true) => Some(format!("{note}; what ran before still serves")),
        (Some(note), false) => Some(note.to_string()),
        (None, true) => Some("what ran before still serves".to_owned()),
        (None, false) => None,
    }
}
