//! The cells of a service.

use std::sync::Arc;

use leptos::prelude::*;

use super::Listed;
use crate::console::parts::{Mark, Pods, RunningMark, StatusChip, Tone, VersionLabel};
use crate::console::play::{next_of_service, play_button};
use crate::console::route::Target;
use crate::console::row_parts::operation;
use crate::console::selection::select_one;
use crate::console::state::Store;
use crate::console::state::row::ServiceRow;
use crate::lifecycle::{EnvironmentId, RunningStatus, ServiceId, Sync};

/// Its name.
pub fn name(store: Store, key: u128) -> Arc<str> {
    store.service(ServiceId(key)).map_or_else(|| "".into(), |row| row.name.clone())
}

/// Its cells.
pub fn cells(store: Store, key: u128) -> AnyView {
    let id = ServiceId(key);
    let Some(first) = store.service(id) else { return ().into_any() };
    let row = Memo::new(move |_| store.service(id).unwrap_or_else(|| first.clone()));
    let fixed = row.get_untracked();
    let environment = store.focus().unwrap_or(EnvironmentId(0));
    let verb = Memo::new(move |_| row.with(|row| next_of_service(&row.facts())));
    let status = Signal::derive(move || row.with(|row| row.status.clone()));
    let running = Signal::derive(move || row.with(|row| row.running));
    let pods = Signal::derive(move || row.with(|row| row.pods.clone()));
    let desired = Signal::derive(move || row.with(|row| row.desired));
    let from = Signal::derive(move || row.with(|row| row.version_running.clone().or(row.version_desired.clone())));
    let to = Signal::derive(move || row.with(|row| row.version_deploying.clone()));
    let drift = move || row.with(|row| row.sync == Sync::OutOfDate);
    let note = move || row.with(|row| note(row));
    let Listed(lines) = expect_context();
    view! {
        <td class="c-pick" role="gridcell">{select_one(store, key, fixed.name.clone(), lines)}</td>
        <td class="c-name" role="gridcell">
            <span class="two">
                <span class="name">{fixed.name.to_string()}</span>
                <span class="muted">{fixed.kind.words()}</span>
            </span>
        </td>
        <td class="c-status" role="gridcell">
            <StatusChip status running/>
            {move || note().map(|note| view! { <span class="note" title=note.clone()>{note.clone()}</span> })}
        </td>
        <td class="c-running" role="gridcell">
            <RunningMark running/>
            <Pods pods desired/>
        </td>
        <td class="c-version" role="gridcell">
            <VersionLabel running=from next=to/>
            {move || drift().then(|| view! { <Mark word="out of date".to_string() tone=Tone::Warn/> })}
        </td>
        <td class="c-stage muted" role="gridcell">{fixed.stage.to_string()}</td>
        <td class="c-operation" role="gridcell">
            {operation(store, Signal::derive(move || row.with(|row| row.operation.clone())))}
        </td>
        <td class="c-play" role="gridcell">
            {play_button(store, Target::Service { environment, service: id }, fixed.name.clone(), verb.into())}
        </td>
    }
    .into_any()
}

/// What there is to say beside the status: how it failed, and whether something serves in spite of it.
fn note(row: &ServiceRow) -> Option<String> {
    let serves = row.status.is_error() && row.running == RunningStatus::Running;
    match (&row.note, serves) {
        (Some(note), true) => Some(format!("{note}; what ran before still serves")),
        (Some(note), false) => Some(note.to_string()),
        (None, true) => Some("what ran before still serves".to_owned()),
        (None, false) => None,
    }
}
