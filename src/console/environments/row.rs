//! The cells of an environment.

use std::sync::Arc;

use leptos::prelude::*;

use crate::console::parts::{Mark, RunningMark, StatusChip, Tone};
use crate::console::play::{next, play_button};
use crate::console::route::{Target, use_route};
use crate::console::row_parts::{counts, operation};
use crate::console::state::Store;
use crate::console::state::row::EnvironmentRow;
use crate::lifecycle::{EnvironmentId, rule};

/// Its name.
pub fn name(store: Store, key: u128) -> Arc<str> {
    store.environment(EnvironmentId(key)).map_or_else(|| "".into(), |row| row.name.clone())
}

/// Its cells.
pub fn cells(store: Store, key: u128) -> AnyView {
    let id = EnvironmentId(key);
    let Some(first) = store.environment(id) else { return ().into_any() };
    let row = Memo::new(move |_| store.environment(id).unwrap_or_else(|| first.clone()));
    let fixed = row.get_untracked();
    let link = use_route().link_environment(id);
    let verb = Memo::new(move |_| row.with(|row| next_of(row)));
    let status = Signal::derive(move || row.with(|row| row.status.clone()));
    let running = Signal::derive(move || row.with(|row| row.running));
    let all = move || row.with(|row| counts(&row.counts));
    let drift = move || row.with(|row| row.out_of_date);
    view! {
        <td class="c-name" role="gridcell">
            <a class="name" href=link>{fixed.name.to_string()}</a>
            {move || (drift() > 0).then(|| view! { <Mark word=format!("{} out of date", drift()) tone=Tone::Warn/> })}
        </td>
        <td class="c-status" role="gridcell">
            <StatusChip status running/>
            <span class="counts" title=all>{all}</span>
        </td>
        <td class="c-running" role="gridcell"><RunningMark running/></td>
        <td class="c-operation" role="gridcell">
            {operation(store, Signal::derive(move || row.with(|row| row.operation.clone())))}
        </td>
        <td class="c-cluster" role="gridcell">
            <span class="two">
                <span>{move || row.with(|row| row.cluster.to_string())}</span>
                <span class="mono muted">{move || row.with(|row| row.namespace.to_string())}</span>
            </span>
        </td>
        <td class="c-play" role="gridcell">
            {play_button(store, Target::Environment(id), fixed.name.clone(), verb.into())}
        </td>
    }
    .into_any()
}

/// The next sensible verb, judged by the counts alone: an icon needs no more.
pub fn next_of(row: &EnvironmentRow) -> Option<crate::lifecycle::Action> {
    let services = row.stand_ins();
    next(|action| rule::allowed_on_environment(action, &row.facts(), &services).is_ok())
}
