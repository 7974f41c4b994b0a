//! The deployments of an environment: which there were, and of one of them what was done with each service, when, and what
//! was logged.
//!
//! Now and past are apart: what stands here is how it was, in quiet colours; how things are the head of the page says.

mod log;
mod one;
mod playhead;
mod whose;

use leptos::prelude::*;

use super::format;
use super::legible::legible;
use super::page::failure;
use super::parts::{Age, StatusChip};
use super::read::Read;
use super::route::use_route;
use super::row_parts::by_whom;
use super::state::past::{self, Recorded};
use super::state::wire::action_words;
use super::state::{Remote, Store, use_store};
use crate::api::history::Deployment;
use crate::api::time::duration;
use crate::client::Error;
use crate::console::element::{Child, Item, each, view};
use crate::lifecycle::{EnvironmentId, Status};

/// How many are asked for.
const RECENT: usize = 50;

type Deployments = Vec<Deployment>;

impl Recorded for Deployments {
    fn goes_on(&self) -> bool {
        self.iter().any(Deployment::goes_on)
    }

    /// What is over stays over, and only newer ones come to what was there.
    fn is_older_than(&self, known: &Deployments) -> bool {
        let newest = |all: &Deployments| all.first().and_then(|one| one.auditing_data.created_at);
        let goes_on_again = |one: &Deployment| {
            !one.goes_on() && find(self, &one.identifier.execution_id).is_some_and(Deployment::goes_on)
        };
        newest(self) < newest(known) || known.iter().any(goes_on_again)
    }
}

/// All that the page knows of them.
#[derive(Clone, Copy)]
struct Past {
    environment: EnvironmentId,
    known: RwSignal<Remote<Deployments>>,
    /// The one that is looked at, as its server calls it: the one of the URL, else the last.
    chosen: Memo<Option<String>>,
}

impl Past {
    /// Something of a deployment; the default where it is not known.
    fn of<T: Default>(self, id: &str, read: impl FnOnce(&Deployment) -> T) -> T {
        self.known.with(|known| known.value().and_then(|all| find(all, id)).map(read).unwrap_or_default())
    }
}

fn find<'a>(all: &'a [Deployment], id: &str) -> Option<&'a Deployment> {
    all.iter().find(|one| one.identifier.execution_id == id)
}

/// What stands in the page, under its head.
pub fn deployments(environment: EnvironmentId) -> AnyView {
    let (store, route) = (use_store(), use_route());
    let known = past::follow(store, environment, move |client| {
        let (client, contract_only) = (client.clone(), store.contract_only());
        Box::pin(async move {
            match contract_only {
                true => client.history(environment, RECENT).await,
                false => client.deployments(environment, RECENT).await,
            }
        })
    });
    let in_url = Memo::new(move |_| route.place().with(|place| place.deployment.clone()));
    let chosen = Memo::new(move |_| match in_url.get() {
        named if !named.is_empty() => Some(named),
        _ => known.with(|known| known.value().and_then(|all| all.first()).map(id_of)),
    });
    let past = Past { environment, known, chosen };
    let state = Memo::new(move |_| {
        known.with(|known| match known {
            Remote::Loading | Remote::Slow => State::Reading,
            Remote::Failed(error) => State::Failed(error.clone()),
            Remote::Loaded(all) | Remote::Stale(all, _) if all.is_empty() => State::Nothing,
            Remote::Loaded(_) | Remote::Stale(..) => State::Listed,
        })
    });
    view! {
        {move || match state.get() {
            State::Reading => view! { <p class="past-wait muted">"Reading the deployments…"</p> },
            State::Failed(error) => failure(&error),
            State::Nothing => view! {
                <div class="empty">
                    <h2>"Nothing was deployed yet"</h2>
                    <p>"Every deployment of this environment will be listed here, with what was logged."</p>
                </div>
            },
            State::Listed => listed(store, past, in_url),
        }}
    }
}

/// What stands there.
#[derive(Clone, PartialEq)]
enum State {
    Reading,
    Failed(Error),
    Nothing,
    Listed,
}

fn listed(store: Store, past: Past, in_url: Memo<String>) -> AnyView {
    let ids = Memo::new(move |_| past.known.with(|known| known.value().map(|all| ids(all)).unwrap_or_default()));
    let rows = move || ids.get().into_iter().map(|id| Item::new(key(&id), move |_| row(store, past, id))).collect();
    view! {
        {stale(past.known)}
        <div class="past" data-open=move || in_url.with(|id| (!id.is_empty()).then(String::new))>
            <ol class="past-list" aria-label="Deployments">{each(rows)}</ol>
            {move || past.chosen.get().map(|id| one::one(store, past, id))}
        </div>
    }
}

/// That what stands here could not be read again, and why.
fn stale<T: Send + Sync + 'static>(known: RwSignal<Remote<T>>) -> AnyView {
    let why = move || {
        known.with(|known| match known {
            Remote::Stale(_, error) => Some(format!("This could not be read again: {error}")),
            Remote::Loaded(_) | Remote::Loading | Remote::Slow | Remote::Failed(_) => None,
        })
    };
    Child::view(move || why().map(|words| view! { <p class="past-stale muted" role="status">{words}</p> }))
}

fn ids(all: &[Deployment]) -> Vec<String> {
    all.iter().map(id_of).collect()
}

fn id_of(one: &Deployment) -> String {
    one.identifier.execution_id.clone()
}

/// By what a row is known: ids are of the server, and of any form.
fn key(id: &str) -> u128 {
    // FNV-1a.
    id.bytes().fold(0x6c62_272e_07bb_0142_62b8_2175_6295_c58d, |hash, byte| {
        (hash ^ u128::from(byte)).wrapping_mul(0x0000_0000_0100_0000_0000_0000_0000_013b)
    })
}

/// A deployment in the list: what was done, how it ended, when, by whom.
fn row(store: Store, past: Past, id: String) -> AnyView {
    let href = use_route().link_deployment(past.environment, &id, "");
    let current = {
        let id = id.clone();
        move || past.chosen.with(|chosen| chosen.as_ref() == Some(&id)).then(|| "true".to_owned())
    };
    let [status, verb, at, who, extent] = [(); 5].map(|()| id.clone());
    view! {
        <li>
            <a class="past-row" href=href aria-current=current>
                <span>
                    <span class="past-what">
                        <span class="strong">{move || past.of(&verb, verb_of)}</span>
                        {chip(past, status)}
                    </span>
                    {age(past, at)}
                </span>
                <span>
                    <span class="past-who muted">{move || past.of(&who, who_of)}</span>
                    <span class="past-extent">{move || past.of(&extent, extent_of).words(store)}</span>
                </span>
            </a>
        </li>
    }
}

fn chip(past: Past, id: String) -> AnyView {
    let status = move || past.known.with(|known| status_of(known.value().and_then(|all| find(all, &id))));
    view! { <StatusChip status=Read::new(status)/> }
}

fn status_of(one: Option<&Deployment>) -> Status {
    one.map_or(Status::Ready, |one| Status::from_name(&one.status))
}

fn age(past: Past, id: String) -> AnyView {
    let at = Memo::new(move |_| past.of(&id, |one| one.auditing_data.created_at.map(|at| at.0)));
    view! { {move || at.get().map(|at| view! { <Age at=Signal::stored(at)/> })} }
}

/// The verb; where only the contract is spoken, there is one for Deploy, Redeploy and the version actions.
fn verb_of(one: &Deployment) -> String {
    action_words(&one.trigger_action).to_string()
}

fn who_of(one: &Deployment) -> String {
    let asked = &one.auditing_data;
    by_whom(&legible(&asked.triggered_by), &legible(asked.origin.as_deref().unwrap_or_default()))
}

/// How much it was: how many services, and how long it took, or takes by now.
#[derive(Clone, Copy, Default)]
struct Extent {
    services: usize,
    took: Took,
}

fn extent_of(one: &Deployment) -> Extent {
    Extent { services: one.services().count(), took: took(one) }
}

impl Extent {
    fn words(self, store: Store) -> String {
        let services = format::count(self.services, "service");
        match self.took {
            Took::GoesOn(Some(since)) => format!("{services} · {}", format::duration(store.now() - since)),
            Took::Over(took) => format!("{services} · {}", format::duration(took)),
            Took::GoesOn(None) | Took::Untold => services,
        }
    }
}

/// How long a deployment took.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Took {
    /// It goes on, and was asked for then.
    GoesOn(Option<format::Millis>),
    /// So long, without what it waited before.
    Over(format::Millis),
    #[default]
    Untold,
}

fn took(one: &Deployment) -> Took {
    match (one.goes_on(), duration(&one.total_duration)) {
        (true, _) => Took::GoesOn(one.auditing_data.created_at.map(|at| at.0)),
        (false, Some(took)) => Took::Over(took),
        (false, None) => Took::Untold,
    }
}
