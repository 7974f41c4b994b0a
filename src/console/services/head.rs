//! The head of an environment's page: how it is doing, what runs, and what waits.

use leptos::prelude::*;

use crate::console::environments::{mode_words, next_of};
use crate::console::format;
use crate::console::parts::{Glyph, Icon, Mark, RunningMark, StatusChip, Tone};
use crate::console::play::play_button;
use crate::console::route::Target;
use crate::console::row_parts::{by, by_whom, counts};
use crate::console::state::row::{EnvironmentRow, Queued, Running};
use crate::console::state::{Store, use_store};
use crate::lifecycle::EnvironmentId;

/// Name, status, Play; and one line that says what runs and what waits. The line is always there, so that nothing moves
/// when a deployment begins or ends.
#[component]
pub fn Head(id: EnvironmentId) -> impl IntoView {
    let store = use_store();
    let row = Memo::new(move |_| store.environment(id));
    let known = Memo::new(move |_| row.with(Option::is_some));
    view! {
        <div class="page-head" role="group" aria-label="Environment status">
            {move || known.get().then(|| title(store, id, row))}
        </div>
        <div class="activity">
            <p class="activity-now">{move || now(store, row)}</p>
            <Waiting/>
        </div>
    }
}

fn title(store: Store, id: EnvironmentId, row: Memo<Option<std::sync::Arc<EnvironmentRow>>>) -> AnyView {
    let Some(fixed) = row.get_untracked() else { return ().into_any() };
    let of = move |read: fn(&EnvironmentRow) -> String| {
        move || row.with(|row| row.as_ref().map(|row| read(row)).unwrap_or_default())
    };
    let status = {
        let fixed = fixed.status.clone();
        Signal::derive(move || row.with(|row| row.as_ref().map_or_else(|| fixed.clone(), |row| row.status.clone())))
    };
    let running = {
        let fixed = fixed.running;
        Signal::derive(move || row.with(|row| row.as_ref().map_or(fixed, |row| row.running)))
    };
    let verb = Signal::derive(move || row.with(|row| row.as_ref().and_then(|row| next_of(row))));
    let drift = move || row.with(|row| row.as_ref().map_or(0, |row| row.out_of_date));
    let place = [&fixed.cluster, &fixed.region].map(|part| part.to_string()).join(" · ");
    view! {
        <h1>{fixed.name.to_string()}</h1>
        <span class="mark">{mode_words(&fixed.mode)}</span>
        <StatusChip status running/>
        <span class="counts">{of(|row| counts(&row.counts))}</span>
        <RunningMark running/>
        {move || (drift() > 0).then(|| view! { <Mark word=format!("{} out of date", drift()) tone=Tone::Warn/> })}
        <span class="page-place muted">{place} " " <span class="mono">{of(|row| row.namespace.to_string())}</span></span>
        {play_button(store, Target::Environment(id), fixed.name.clone(), verb)}
    }
    .into_any()
}

/// What runs; else what ran last.
fn now(store: Store, row: Memo<Option<std::sync::Arc<EnvironmentRow>>>) -> AnyView {
    if let Some(running) = store.deployment() {
        return view! {
            <span class="activity-mark" data-on="" aria-hidden="true"></span>
            {running_words(store, &running)}
        }
        .into_any();
    }
    let last = row.with(|row| row.as_ref().and_then(|row| row.operation.clone()));
    let words = match last {
        None => "Nothing was deployed yet".to_owned(),
        Some(last) => {
            let outcome = last.outcome.as_ref().map(|status| format!(" → {}", status.words())).unwrap_or_default();
            format!(
                "No deployment is running. Last: {}{outcome}, {}, {}",
                last.words,
                format::ago(store.now(), last.at),
                by(&last)
            )
        }
    };
    view! { <span class="activity-mark" aria-hidden="true"></span> {words} }.into_any()
}

fn running_words(store: Store, running: &Running) -> String {
    let done = running.services.iter().filter(|(_, status, _)| !status.in_progress()).count();
    let all = running.services.len();
    let verb = if running.canceling { format!("Canceling {}", running.words) } else { running.words.to_string() };
    let by = by_whom(&running.actor, &running.origin);
    let age = format::age(store.now(), running.started);
    format!("{verb} runs: {done} of {} done · {age} · {by}", format::count(all, "service"))
}

/// The requests that wait, in their order, each with the way to take it back.
#[component]
fn Waiting() -> impl IntoView {
    let store = use_store();
    let count = Memo::new(move |_| store.queue().len());
    view! {
        {move || (count.get() > 0).then(|| view! {
            <button type="button" class="button small quiet queue-button" popovertarget="queue" aria-label=move || format!("{} waiting", count.get())>
                <Icon name=Glyph::Clock/>
                {move || format!("{} waiting", count.get())}
                <Icon name=Glyph::ChevronDown/>
            </button>
        })}
        <div id="queue" class="menu queue" popover="auto" role="region" aria-label="Waiting requests">
            <ol>
                <For each=move || store.queue() key=|queued| (queued.id, queued.place) children=move |queued| waiting(store, queued)/>
            </ol>
            {move || (count.get() == 0).then_some("Nothing waits.")}
        </div>
    }
}

fn waiting(store: Store, queued: Queued) -> impl IntoView {
    let id = queued.id;
    let words = queued.words.to_string();
    let by = by_whom(&queued.actor, &queued.origin);
    let at = queued.at;
    view! {
        <li>
            <span class="queue-place">{queued.place}</span>
            <span class="two">
                <span>{words.clone()}</span>
                <span class="muted">{by} " · " {move || format::ago(store.now(), at)}</span>
            </span>
            <button type="button" class="button small" aria-label=format!("Take back {words}") on:click=move |_| store.take_back(id)>
                <Icon name=Glyph::Undo/>
                "Take back"
            </button>
        </li>
    }
}
