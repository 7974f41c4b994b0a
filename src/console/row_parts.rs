//! Cells that both lists have.

use leptos::prelude::*;

use super::format;
use super::parts::{Mark, Tone};
use super::state::Store;
use super::state::row::Operation;
use crate::console::element::{Child, view};
use crate::lifecycle::Status;

/// "3 ok · 1 canceled"; nothing where all are in one status, as the chip beside it says that.
pub fn counts(counts: &[(Status, usize)]) -> String {
    if counts.iter().filter(|(_, count)| *count > 0).count() < 2 {
        return String::new();
    }
    let words = |status: &Status| match status {
        Status::Deployed => "ok".to_owned(),
        Status::Ready => "never deployed".to_owned(),
        other => other.words().to_lowercase(),
    };
    let parts = counts
        .iter()
        .filter(|(_, count)| *count > 0)
        .map(|(status, count)| format!("{} {}", format::number_words(*count), words(status)));
    parts.collect::<Vec<_>>().join(" · ")
}

/// How many services are out of date, if any is.
pub fn drift(count: usize) -> AnyView {
    Child::view((count > 0).then(|| view! { <Mark word=format!("{count} out of date") tone=Tone::Warn/> }))
}

/// The last operation: verb, age, who, from where.
pub fn operation(store: Store, operation: Signal<Option<Operation>>) -> AnyView {
    let read = move |read: &dyn Fn(&Operation) -> String| operation.with(|last| last.as_ref().map(read));
    view! {
        <span class="two" title=move || read(&|last| format::moment(last.at))>
            <span>
                {move || read(&|last| last.words.to_string()).unwrap_or_else(|| "–".to_owned())}
                " "
                <span class="muted">{move || read(&|last| format::ago(store.now(), last.at)).unwrap_or_default()}</span>
            </span>
            <span class="muted">{move || read(&by).unwrap_or_default()}</span>
        </span>
    }
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
