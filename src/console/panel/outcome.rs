//! What became of a request, item by item: it is asked of the server, so it survives a reload.

use std::time::Duration;

use leptos::prelude::*;

use crate::api::outcome::OutcomeItem;
use crate::console::element::view;
use crate::console::legible::name;
use crate::console::parts::{Dialog, DialogForm, Rows, VirtualList, use_dialog};
use crate::console::route::use_route;
use crate::console::state::follow::{Told, follow};
use crate::console::state::use_store;
use crate::console::toast::read;
use crate::lifecycle::{Action, RequestId};

/// How often a request that goes on is asked after.
const FOLLOW: Duration = Duration::from_millis(1000);

/// What is known of the request; `None`: nothing yet.
type Answer = Option<Told>;

/// The outcome of one request.
#[component]
pub fn OutcomePanel(
    /// Which.
    request: RequestId,
) -> AnyView {
    let (store, route) = (use_store(), use_route());
    let answer = RwSignal::new(Answer::None);
    let over =
        move || answer.with_untracked(|answer| matches!(answer, Some(Told::Outcome(known)) if known.state == "ENDED"));
    follow(
        store,
        FOLLOW,
        move || (!over()).then_some(request),
        // The panel may have been closed meanwhile.
        move |told| answer.try_update(|answer| take(answer, told)).unwrap_or_default(),
    );
    let title = move || {
        answer.with(|answer| match answer {
            Some(Told::Outcome(outcome)) => format!("Outcome of {}", action_words(&outcome.action)),
            Some(Told::Gone | Told::Nothing(_)) | None => "Outcome of a request".into(),
        })
    };
    view! {
        <Dialog
            form=DialogForm::Sheet
            title=Signal::derive(title)
            about=Signal::derive(move || answer.with(about))
            on_close=move |()| route.close_panel()
        >
            <OutcomeBody answer=answer/>
        </Dialog>
    }
}

/// What was known stays while nothing is told, and an older answer takes nothing back.
fn take(answer: &mut Answer, told: Told) {
    let goes_on = match (&*answer, &told) {
        (Some(Told::Outcome(known)), Told::Outcome(next)) => read(known).may_become(&read(next)),
        (Some(Told::Outcome(_)), Told::Nothing(_)) => false,
        (Some(Told::Outcome(_)), Told::Gone) | (Some(Told::Nothing(_) | Told::Gone) | None, _) => true,
    };
    if goes_on {
        *answer = Some(told);
    }
}

fn action_words(name: &str) -> String {
    Action::from_name(name).map_or_else(|| name.to_owned(), |action| action.words().to_owned())
}

fn about(answer: &Answer) -> String {
    let Some(Told::Outcome(outcome)) = answer else { return String::new() };
    let state = match (outcome.state.as_str(), outcome.position) {
        ("WAITING", Some(place)) => format!("Queued, place {place}"),
        ("WAITING", None) => "Queued".into(),
        ("RUNNING", _) => "Running".into(),
        ("ENDED", _) => "Ended".into(),
        (other, _) => other.to_owned(),
    };
    match &outcome.note {
        Some(note) => format!("{state}: {note}"),
        None => state,
    }
}

#[component]
fn OutcomeBody(answer: RwSignal<Answer>) -> AnyView {
    let dialog = use_dialog();
    let items = Memo::new(move |_| {
        answer.with(|answer| match answer {
            Some(Told::Outcome(outcome)) => outcome.items.clone(),
            Some(Told::Gone | Told::Nothing(_)) | None => Vec::new(),
        })
    });
    let rows = Rows {
        count: Signal::derive(move || items.with(Vec::len)),
        key: Callback::new(|at: usize| at as u128),
        row: Callback::new(move |at: usize| {
            let item = Memo::new(move |_| items.with(|items| items.get(at).cloned().unwrap_or_default()));
            view! { <OutcomeRow item=item/> }
        }),
        active: Signal::stored(None),
    };
    let problem = move || {
        answer.with(|answer| match answer {
            None => Some("Reading the outcome…".to_owned()),
            Some(Told::Gone | Told::Nothing(None)) => Some("The server knows no such request.".to_owned()),
            Some(Told::Outcome(_)) => None,
            Some(Told::Nothing(Some(error))) => Some(error.to_string()),
        })
    };
    view! {
        <div class="dialog-body picker">
            {move || match problem() {
                Some(words) => view! { <p class="muted">{words}</p> },
                None => view! { <VirtualList rows=rows label="Services of the request"/> },
            }}
        </div>
        <div class="dialog-foot">
            <button class="button" type="button" autofocus on:click=move |_| dialog.close()>"Close the outcome"</button>
        </div>
    }
}

#[component]
fn OutcomeRow(item: Memo<OutcomeItem>) -> AnyView {
    let look = move || item.with(|item| look(&item.outcome));
    view! {
        <div role="listitem" class="choice">
            <span class="name">{move || item.with(|item| name(&item.name))}</span>
            <span class="status" data-tone=move || look().0>
                <span class="shape" data-shape=move || look().1 aria-hidden="true"></span>
                <span class="word">{move || look().2}</span>
            </span>
            <span class="by">{move || item.with(|item| item.reason.clone())}</span>
        </div>
    }
}

/// Tone, shape and word of an outcome; a name that is not known is shown as it came.
fn look(outcome: &str) -> (&'static str, &'static str, String) {
    match outcome {
        "ACCEPTED" => ("progress", "queued", "Accepted".into()),
        "DONE" => ("ok", "ok", "Done".into()),
        "FAILED" => ("error", "error", "Failed".into()),
        "CANCELED" => ("idle", "canceled", "Canceled".into()),
        "SKIPPED" => ("idle", "canceled", "Skipped".into()),
        other => ("idle", "unknown", other.to_owned()),
    }
}
