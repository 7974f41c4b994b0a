//! The cells of an environment.

use std::sync::Arc;

use leptos::prelude::*;

use crate::console::element::view;
use crate::console::offer;
use crate::console::parts::{RunningMark, StatusChip};
use crate::console::play::{next, play_button};
use crate::console::read::Read;
use crate::console::route::{Target, use_route};
use crate::console::row_parts::{counts, drift, operation};
use crate::console::state::Store;
use crate::console::state::row::EnvironmentRow;
use crate::lifecycle::{EnvironmentId, RunningStatus, Status};

/// Its name.
pub fn name(store: Store, key: u128) -> Arc<str> {
    store.environment(EnvironmentId(key)).map_or_else(|| "".into(), |row| row.name.clone())
}

/// Its cells.
pub fn cells(store: Store, key: u128) -> AnyView {
    let id = EnvironmentId(key);
    let Some(fixed) = untrack(|| store.environment(id)) else { return ().into_any() };
    let link = use_route().link_environment(id);
    let read =
        move |read: fn(&EnvironmentRow) -> String| store.environment(id).map(|row| read(&row)).unwrap_or_default();
    let verb = Read::new(move || store.environment(id).and_then(|row| next_of(store, &row)));
    let status = Read::new(move || store.environment(id).map_or(Status::Ready, |row| row.status.clone()));
    let running = Read::new(move || store.environment(id).map_or(RunningStatus::Unknown, |row| row.running));
    view! {
        <td class="c-name" role="gridcell">
            <a class="name" href=link>{fixed.name.to_string()}</a>
            {move || drift(store.environment(id).map_or(0, |row| row.out_of_date))}
        </td>
        <td class="c-status" role="gridcell">
            <StatusChip status running=running.clone()/>
            <span class="counts" title=move || Some(read(|row| counts(&row.counts)))>
                {move || read(|row| counts(&row.counts))}
            </span>
        </td>
        <td class="c-running" role="gridcell"><RunningMark running/></td>
        <td class="c-operation" role="gridcell">
            {operation(store, id, None, Read::new(move || store.environment(id).and_then(|row| row.operation.clone())))}
        </td>
        <td class="c-cluster" role="gridcell">
            <span class="two">
                <span>{move || read(EnvironmentRow::place)}</span>
                <span class="mono muted">{move || read(|row| row.namespace.to_string())}</span>
            </span>
        </td>
        <td class="c-play" role="gridcell">
            {play_button(store, Target::Environment(id), fixed.name.clone(), verb)}
        </td>
    }
}

/// The next sensible verb, judged by the counts alone: an icon needs no more.
pub fn next_of(store: Store, row: &EnvironmentRow) -> Option<crate::lifecycle::Action> {
    let services = row.stand_ins();
    next(|action| offer::of_environment(store, action, &row.facts(), &services).is_ok())
}
