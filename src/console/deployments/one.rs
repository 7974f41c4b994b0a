//! One deployment: what was done with each service, when, and how it ended.

use leptos::prelude::*;

use super::playhead::{Span, Then, part, playhead, then};
use super::{Past, Took, chip, log, verb_of, who_of};
use crate::api::history::{DeploymentService, DeploymentStage};
use crate::console::element::{Child, Item, each, view};
use crate::console::format::{self, Millis, short_version};
use crate::console::legible::{legible, name};
use crate::console::parts::{Glyph, Icon, StatusChip};
use crate::console::read::Read;
use crate::console::route::{Page, use_route};
use crate::console::state::Store;

/// A deployment, with what was logged.
pub fn one(store: Store, past: Past, id: String) -> AnyView {
    let known = {
        let id = id.clone();
        Memo::new(move |_| past.of(&id, |_| true))
    };
    let all = use_route().link(Page::Deployments(past.environment));
    view! {
        <section class="past-one" aria-labelledby="past-title">
            <a class="button small quiet past-back" href=all><Icon name=Glyph::Undo/> "All deployments"</a>
            {move || match known.get() {
                true => told(store, past, id.clone()),
                false => view! {
                    <div class="empty">
                        <h2 id="past-title">"This deployment is not among the last ones"</h2>
                        <p>"Of " <code>{legible(&id)}</code> " only what was logged can be told."</p>
                    </div>
                    {log::log(store, past, id.clone(), RwSignal::new(None), RwSignal::new(()))}
                },
            }}
        </section>
    }
}

fn told(store: Store, past: Past, id: String) -> AnyView {
    let at = RwSignal::new(None::<Millis>);
    let [verb, spanned, staged, status, ended, linked] = [(); 6].map(|()| id.clone());
    let goes_on = Memo::new(move |_| past.of(&ended, |one| one.goes_on()));
    let span = Memo::new(move |_| past.of(&spanned, Span::of));
    let stages = Memo::new(move |_| past.of(&staged, |one| one.stages.clone()));
    let drawn = Drawn { past, id: StoredValue::new(linked), stages, span, at, asked_for: RwSignal::new(()) };
    view! {
        <h2 id="past-title"><span>{move || past.of(&verb, verb_of)}</span> {chip(past, status)}</h2>
        {facts(past, &id)}
        {move || span.get().map(|_| playhead(span, goes_on, at))}
        <div class="past-stages">{move || stages_of(drawn)}</div>
        {log::log(store, past, id, at, drawn.asked_for)}
    }
}

/// When, how long, by whom, and what the server calls it.
fn facts(past: Past, id: &str) -> AnyView {
    let [when, took, who] = [(); 3].map(|()| id.to_owned());
    let fact = |term: &'static str, told: Box<dyn Fn() -> String + Send>| {
        view! { <div><dt>{term}</dt> <dd>{told}</dd></div> }
    };
    let when =
        move || past.of(&when, |one| one.auditing_data.created_at.map(|at| format::moment(at.0)).unwrap_or_default());
    let took = move || {
        past.of(&took, |one| match super::took(one) {
            Took::Over(took) => format::duration(took),
            Took::GoesOn(_) => "goes on".to_owned(),
            Took::Untold => "not told".to_owned(),
        })
    };
    view! {
        <dl class="facts past-facts">
            {fact("Asked for", Box::new(when))}
            {fact("By", Box::new(move || past.of(&who, who_of)))}
            {fact("Took", Box::new(took))}
            <div><dt>"Id"</dt> <dd class="mono">{legible(id)}</dd></div>
        </dl>
    }
}

/// What a row is drawn from.
#[derive(Clone, Copy)]
struct Drawn {
    past: Past,
    id: StoredValue<String>,
    stages: Memo<Vec<DeploymentStage>>,
    span: Memo<Option<Span>>,
    /// Where the playhead stands.
    at: RwSignal<Option<Millis>>,
    /// Set by who wants to see the log.
    asked_for: RwSignal<()>,
}

/// The stages, with those that had something to do. Drawn anew when there is news of it, which is not often.
fn stages_of(drawn: Drawn) -> AnyView {
    let stages = drawn.stages;
    let numbers = move || {
        stages.with(|stages| {
            let with = stages.iter().enumerate().filter(|(_, stage)| !stage.services.is_empty());
            with.map(|(number, _)| number).collect::<Vec<_>>()
        })
    };
    each(move || numbers().into_iter().map(|number| Item::new(number as u128, move |_| stage(drawn, number))).collect())
}

fn stage(drawn: Drawn, number: usize) -> AnyView {
    let stages = drawn.stages;
    let title = move || stages.with(|stages| stages.get(number).map(|stage| name(&stage.name)));
    let count = move || stages.with(|stages| stages.get(number).map_or(0, |stage| stage.services.len()));
    let label = move || title().map(|title| format!("Stage {title}"));
    let row = move |place: usize| {
        let told = Memo::new(move |_| {
            stages
                .with(|stages| stages.get(number).and_then(|stage| stage.services.get(place)).cloned())
                .unwrap_or_default()
        });
        service(drawn, told)
    };
    view! {
        <h3>{move || title().map(|title| title.to_string())}</h3>
        <ul aria-label=label>{each(move || (0..count()).map(|place| Item::new(place as u128, move |_| row(place))).collect())}</ul>
    }
}

/// A service: how it stood where the playhead stands, its version, and the stretch of time that was its own; its name leads
/// to its lines of the log.
fn service(drawn: Drawn, told: Memo<DeploymentService>) -> AnyView {
    let Drawn { past, id, span, at, asked_for, .. } = drawn;
    let route = use_route();
    let lines = move || {
        let of = told.with(|told| told.identifier.service_id.clone());
        id.with_value(|id| route.link_deployment(past.environment, id, &of))
    };
    let stood = Memo::new(move |_| told.with(|told| then(told, at.get())));
    let state = move || {
        stood.with(|stood| match stood {
            Then::Waiting => stood_as("idle", "queued", "Not begun"),
            Then::UnderWay => stood_as("progress", "working", "Under way"),
            Then::As(status) => view! { <StatusChip status=Read::from(status.clone())/> },
        })
    };
    let version = move || told.with(|told| told.version().map(short_version)).unwrap_or_else(|| "–".into());
    let whole = move || told.with(|told| told.version().map(|version| legible(version).to_string()));
    let took = move || told.with(part).map(|(from, to)| format::duration(to - from));
    let bar = move || {
        let (span, (from, to)) = (span.get()?, told.with(part)?);
        let (start, size) = (span.percent(from), span.stretch(from, to));
        Some(view! { <span class="past-bar" style:inset-inline-start=start style:inline-size=size></span> })
    };
    let line = move || {
        let (span, at) = (span.get()?, at.get()?);
        Some(view! { <span class="past-line" style:inset-inline-start=span.percent(at)></span> })
    };
    view! {
        <li class="past-service">
            <span class="name">
                <a class="to-log" href=lines title="Show its log" on:click=move |_| asked_for.set(())>{move || told.with(|told| name(&told.identifier.name))}</a>
            </span>
            {state}
            <span class="version" title=whole>{version}</span>
            <span class="past-track" title=took aria-hidden="true">{Child::view(bar)} {Child::view(line)}</span>
        </li>
    }
}

/// As a status, in words that are none.
fn stood_as(tone: &'static str, shape: &'static str, words: &'static str) -> AnyView {
    view! {
        <span class="status" data-tone=tone>
            <span class="shape" data-shape=shape aria-hidden="true"></span>
            <span class="word">{words}</span>
        </span>
    }
}
