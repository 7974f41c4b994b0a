//! The head of an environment's page: how it is doing, what runs, and what waits.

use std::sync::Arc;

use leptos::prelude::*;

use crate::console::element::view;
use crate::console::environments::next_of;
use crate::console::format;
use crate::console::parts::{Glyph, Icon, RunningMark, StatusChip};
use crate::console::play::play_button;
use crate::console::read::Read;
use crate::console::route::{Page, Target, use_route};
use crate::console::row_parts::{by, by_whom, counts, drift};
use crate::console::state::row::{EnvironmentRow, Queued, Running};
use crate::console::state::{Store, use_store};
use crate::lifecycle::{EnvironmentId, RunningStatus, Status};

/// Name, status, Play; and one line that says what runs and what waits. The line is always there, so that nothing moves
/// when a deployment begins or ends.
pub fn head(id: EnvironmentId) -> AnyView {
    let store = use_store();
    let known = Memo::new(move |_| usize::from(store.environment(id).is_some()));
    view! {
        <div class="page-head" role="group" aria-label="Environment status">
            {move || (known.get() > 0).then(|| title(store, id))}
        </div>
        <div class="activity">
            <p class="activity-now">
                <span
                    class="activity-mark"
                    data-on=move || store.deployment().map(|_| String::new())
                    aria-hidden="true"
                ></span>
                {move || idle(store, id).then(|| view! { <span class="activity-idle">"No deployment is running. "</span> })}
                {move || now(store, id)}
            </p>
            {waiting(store)}
            {other(id)}
        </div>
    }
}

/// The way to the other page of an environment.
fn other(id: EnvironmentId) -> AnyView {
    let route = use_route();
    let (page, glyph, words) = match untrack(|| route.place().with(|place| place.page.clone())) {
        Page::Deployments(_) => (Page::Services(id), Glyph::Undo, "Services"),
        Page::Services(_) | Page::Environments | Page::Settings | Page::Missing(_) => {
            (Page::Deployments(id), Glyph::Clock, "Deployments")
        }
    };
    view! { <a class="button small quiet activity-link" href=route.link(page)><Icon name=glyph/> {words}</a> }
}

fn title(store: Store, id: EnvironmentId) -> AnyView {
    let Some(fixed) = untrack(|| store.environment(id)) else { return ().into_any() };
    let read =
        move |read: fn(&EnvironmentRow) -> String| store.environment(id).map(|row| read(&row)).unwrap_or_default();
    let status = Read::new(move || store.environment(id).map_or(Status::Ready, |row| row.status.clone()));
    let running = Read::new(move || store.environment(id).map_or(RunningStatus::Unknown, |row| row.running));
    let verb = Read::new(move || store.environment(id).and_then(|row| next_of(store, &row)));
    let place = [&fixed.cluster, &fixed.region].into_iter().filter(|part| !part.is_empty());
    let place = place.map(|part| &**part).collect::<Vec<_>>().join(" · ");
    view! {
        <h1>{fixed.name.to_string()}</h1>
        <span class="mark">{format::mode(&fixed.mode).to_owned()}</span>
        <StatusChip status running=running.clone()/>
        <span class="counts">{move || read(|row| counts(&row.counts))}</span>
        <RunningMark running/>
        {move || drift(store.environment(id).map_or(0, |row| row.out_of_date))}
        <span class="page-place muted">{place} " " <span class="mono">{move || read(|row| row.namespace.to_string())}</span></span>
        {play_button(store, Target::Environment(id), fixed.name.clone(), verb)}
    }
}

/// Whether nothing runs, and it is told what was last.
fn idle(store: Store, id: EnvironmentId) -> bool {
    let idle = |row: Arc<EnvironmentRow>| row.operation.is_some() && !row.status.in_progress();
    store.deployment().is_none() && store.environment(id).is_some_and(idle)
}

/// What runs; else what ran last.
fn now(store: Store, id: EnvironmentId) -> String {
    if let Some(running) = store.deployment() {
        return running_words(store, &running);
    }
    let Some(row) = store.environment(id) else { return String::new() };
    match &row.operation {
        // What runs is still to be told.
        _ if row.status.in_progress() => String::new(),
        None if row.ever_deployed => "No deployment is running. The last one is not known".to_owned(),
        None => "Nothing was deployed yet".to_owned(),
        Some(last) => {
            let outcome = last.outcome.as_ref().map(|status| format!(" → {}", status.words())).unwrap_or_default();
            let ago = format::ago(store.now(), last.at);
            format!("Last: {}{outcome}, {ago}, {}", last.words, by(last))
        }
    }
}

fn running_words(store: Store, running: &Running) -> String {
    let done = running.services.iter().filter(|(_, status, _)| !status.in_progress()).count();
    let all = running.services.len();
    let verb = if running.canceling { format!("Canceling {}", running.words) } else { running.words.to_string() };
    let by = by_whom(&running.actor, &running.origin);
    let age = running.started.map(|at| format!(" · {}", format::age(store.now(), at))).unwrap_or_default();
    format!("{verb} runs: {done} of {} done{age} · {by}", format::count(all, "service"))
}

/// The requests that wait, in their order, each with the way to take it back.
fn waiting(store: Store) -> AnyView {
    let count = Memo::new(move |_| store.queue().len());
    let button = move || {
        view! {
            <button
                type="button"
                class="button small quiet queue-button"
                popovertarget="queue"
                aria-label=move || format!("{} waiting", count.get())
            >
                <Icon name=Glyph::Clock/>
                {move || format!("{} waiting", count.get())}
                <Icon name=Glyph::ChevronDown/>
            </button>
        }
    };
    view! {
        {move || (count.get() > 0).then(button)}
        <div id="queue" class="menu queue" popover="auto" role="region" aria-label="Waiting requests">
            <ol>{move || store.queue().into_iter().map(|queued| request(store, queued)).collect::<Vec<_>>().into_any()}</ol>
            {move || if count.get() == 0 { "Nothing waits.".to_owned() } else { String::new() }}
        </div>
    }
}

fn request(store: Store, queued: Queued) -> AnyView {
    let id = queued.id;
    let words = queued.words.to_string();
    let by = by_whom(&queued.actor, &queued.origin);
    let at = queued.at;
    view! {
        <li>
            <span class="queue-place">{queued.place.to_string()}</span>
            <span class="two">
                <span>{words.clone()}</span>
                <span class="muted">{by} " · " {move || format::ago(store.now(), at)}</span>
            </span>
            {store.may_act().is_ok().then(|| view! {
                <button
                    type="button"
                    class="button small"
                    aria-label=format!("Take back {words}")
                    on:click=move |_| store.take_back(id)
                >
                    <Icon name=Glyph::Undo/>
                    "Take back"
                </button>
            })}
        </li>
    }
}
