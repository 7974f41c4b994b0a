//! Cells that both lists have.

use std::cmp::Reverse;
use std::sync::Arc;

use leptos::prelude::*;

use super::format;
use super::parts::{Mark, Tone};
use super::read::Read;
use super::route::use_route;
use super::state::Store;
use super::state::row::Operation;
use crate::console::element::{Child, view};
use crate::lifecycle::{EnvironmentId, ServiceId, Status};

/// "3 ok · 1 canceled": how many services are in which status stands beside the roll-up always (law §7).
pub fn counts(counts: &[(Status, usize)]) -> String {
    let words = |status: &Status| match status {
        Status::Deployed => "ok".to_owned(),
        Status::Ready => "never deployed".to_owned(),
        other => other.words().to_lowercase(),
    };
    let mut parts: Vec<(usize, String)> = Vec::new();
    for (status, count) in counts.iter().filter(|(_, count)| *count > 0) {
        let words = words(status);
        // What waits is queued, whatever for.
        match parts.iter_mut().find(|(_, known)| *known == words) {
            Some((sum, _)) => *sum += count,
            None => parts.push((*count, words)),
        }
    }
    parts.sort_by_key(|(count, _)| Reverse(*count));
    let parts = parts.iter().map(|(count, words)| format!("{} {words}", format::number_words(*count)));
    parts.collect::<Vec<_>>().join(" · ")
}

/// How many services are out of date, if any is.
pub fn drift(count: usize) -> AnyView {
    Child::view((count > 0).then(|| view! { <Mark word=format!("{count} out of date") tone=Tone::Warn/> }))
}

/// The last operation: verb, age, who, from where; and the way to its log, of a service or of all.
pub fn operation(
    store: Store,
    environment: EnvironmentId,
    of: Option<ServiceId>,
    operation: Read<Option<Operation>>,
) -> AnyView {
    let [title, verb, age, who, deployment] = [(); 5].map(|()| operation.clone());
    let words = move || verb.get().map_or_else(|| "–".to_owned(), |last| last.words.to_string());
    let label = {
        let words = words.clone();
        move || format!("{}: what was done", words())
    };
    let log = log_link(environment, of, Read::new(move || deployment.get().and_then(|last| last.deployment)));
    view! {
        <span class="two" title=move || title.get().map(|last| format::moment(last.at))>
            <span>
                {move || match log.get() {
                    Some(href) => view! { <a class="to-log" href=href aria-label=label.clone()>{words.clone()}</a> },
                    None => words.clone().into_any(),
                }}
                " "
                <span class="muted">{move || age.get().map(|last| format::ago(store.now(), last.at))}</span>
            </span>
            <span class="muted">{move || who.get().map(|last| by(&last))}</span>
        </span>
    }
}

/// The address of the log of a deployment, of a service or of all, where that is told.
pub fn log_link(
    environment: EnvironmentId,
    of: Option<ServiceId>,
    deployment: Read<Option<Arc<str>>>,
) -> Read<Option<String>> {
    let route = use_route();
    let of = of.map(|service| service.to_string()).unwrap_or_default();
    Read::new(move || Some(route.link_deployment(environment, &deployment.get()?, &of)))
}

/// "Ada Example, console"
pub fn by(operation: &Operation) -> String {
    by_whom(&operation.actor, &operation.origin)
}

/// Who, from where.
pub fn by_whom(actor: &str, origin: &str) -> String {
    match (actor, format::origin(origin)) {
        ("", origin) => origin.to_owned(),
        (actor, "") => actor.to_owned(),
        (actor, origin) => format!("{actor}, {origin}"),
    }
}
