//! A page that is a list: search, filter, table; and what stands there when there is nothing to list.

use std::sync::Arc;

use leptos::prelude::*;
use web_sys::MouseEvent;

use super::format;
use super::list::{self, Item, Items, Lines};
use super::parts::{Glyph, Icon};
use super::read::Read;
use super::route::{Group, Page, Panel, Sort, use_route};
use super::state::{Remote, Store, use_store};
use super::table::{self, Kind, skeleton};
use crate::client;
use crate::console::element::view;

/// What the two lists do differently.
#[derive(Clone, Copy)]
pub struct List {
    /// The words in the search.
    pub search: &'static str,
    /// The table.
    pub table: Kind,
    /// The items, sorted.
    pub items: fn(Store, Option<Sort>) -> Vec<Item>,
    /// Where the loading stands.
    pub state: fn(Store) -> Remote<()>,
    /// What is said when there is nothing…
    pub nothing: &'static str,
    /// …and what to do then.
    pub next: &'static str,
}

/// The lines of the open list, for the boxes that select ranges of it.
#[derive(Clone, Copy)]
pub struct Listed(pub Signal<Arc<Lines>>);

/// What stands where the list stands. A failed renewal is no change: the list stays, and the badge says how old it is.
#[derive(Clone, PartialEq)]
enum Body {
    Waiting { slow: bool },
    Failed(client::Error),
    Listed,
}

/// Draws the head of a page, told the items.
pub type Head = Box<dyn FnOnce(Memo<Arc<Items>>) -> AnyView>;
/// Draws what stands under the list.
pub type Foot = Box<dyn FnOnce() -> AnyView>;

/// The page. `head` is told the items; `foot` stands under the list.
pub fn page(list: List, head: Head, foot: Foot) -> AnyView {
    let route = use_route();
    let store = use_store();
    let sort = Memo::new(move |_| route.place().with(|place| place.sort));
    let items = Memo::new(move |_| Arc::new(Items::new((list.items)(store, sort.get()))));
    let lines = Memo::new(move |_| {
        let items = items.get();
        Arc::new(route.place().with(|place| list::lines(&items.all, place)))
    });
    provide_context(Listed(lines.into()));
    let body = Memo::new(move |_| match (list.state)(store) {
        Remote::Loading => Body::Waiting { slow: false },
        Remote::Slow => Body::Waiting { slow: true },
        Remote::Failed(error) => Body::Failed(error),
        Remote::Loaded(()) | Remote::Stale((), _) => Body::Listed,
    });
    // A count of what is not there yet would be a claim.
    let known = Memo::new(move |_| body.with(|body| matches!(body, Body::Listed)));
    view! {
        <main class="page">
            {head(items)}
            {filters(list.search, items, known)}
            {move || match body.get() {
                Body::Waiting { slow } => skeleton(list.table.class, slow),
                Body::Failed(error) => failure(&error),
                Body::Listed => table::table(list.table, lines.into(), Box::new(move || empty(list.nothing, list.next))),
            }}
            {foot()}
        </main>
    }
}

/// Search, a chip for each section, and one for each group of statuses with how many there are.
fn filters(label: &'static str, items: Memo<Arc<Items>>, known: Memo<bool>) -> AnyView {
    let groups = Group::ALL.into_iter().enumerate().map(|(at, group)| group_chip(at, group, items, known));
    let groups = groups.collect::<Vec<_>>();
    let modes = move || {
        let sections = items.with(|items| items.sections.clone());
        let several = sections.len() > 1;
        sections
            .into_iter()
            .filter(|_| several)
            .map(|(mode, count)| mode_chip(mode, count, known))
            .collect::<Vec<_>>()
            .into_any()
    };
    view! {
        <div class="filters" role="search">
            {search(label)}
            <div class="chips" role="group" aria-label="Filter">
                {modes}
                {groups}
            </div>
        </div>
    }
}

/// The field whose text is the search of the place.
pub fn search(label: &'static str) -> AnyView {
    let route = use_route();
    view! {
        <label class="search">
            <Icon name=Glyph::Search/>
            <span class="visually-hidden">{label}</span>
            <input
                class="input"
                type="search"
                placeholder=label
                autocomplete="off"
                spellcheck="false"
                prop:value=move || route.place().with(|place| place.search.clone())
                on:input=move |event| route.search(event_target_value(&event))
            />
            <kbd aria-hidden="true">"/"</kbd>
        </label>
    }
}

fn group_chip(at: usize, group: Group, items: Memo<Arc<Items>>, known: Memo<bool>) -> AnyView {
    let route = use_route();
    let count = Read::new(move || items.with(|items| items.counts.get(at).copied().unwrap_or(0)));
    let on = Read::new(move || route.place().with(|place| place.groups.contains(&group)));
    let press = move |_: MouseEvent| {
        route.change(|place| {
            if place.groups.contains(&group) {
                place.groups.retain(|other| *other != group);
            } else {
                place.groups.push(group);
            }
        });
    };
    chip(group.words().into(), count, known, on, press)
}

fn mode_chip(mode: Arc<str>, count: usize, known: Memo<bool>) -> AnyView {
    let route = use_route();
    let words = format::mode(&mode).to_owned();
    let pressed = mode.clone();
    let on = Read::new(move || route.place().with(|place| place.modes.iter().any(|on| **on == *mode)));
    let press = move |_: MouseEvent| {
        let mode = pressed.to_string();
        route.change(|place| {
            if place.modes.contains(&mode) {
                place.modes.retain(|other| *other != mode);
            } else {
                place.modes.push(mode);
            }
        });
    };
    chip(words, Read::from(count), known, on, press)
}

/// A filter that is on or off.
fn chip(
    words: String,
    count: Read<usize>,
    known: Memo<bool>,
    on: Read<bool>,
    press: impl FnMut(MouseEvent) + 'static,
) -> AnyView {
    let counted = count.clone();
    view! {
        <button
            type="button"
            class="chip"
            aria-pressed=move || Some(on.get().to_string())
            data-none=move || (counted.get() == 0).then(String::new)
            on:click=press
        >
            {words} " " <span class="chip-count">{move || known.get().then(|| format::number_words(count.get()))}</span>
        </button>
    }
}

/// Nothing is listed: because of the filter, or because there is nothing.
fn empty(nothing: &'static str, next: &'static str) -> AnyView {
    let route = use_route();
    let filtered = move || {
        route.place().with(|place| !place.search.is_empty() || !place.groups.is_empty() || !place.modes.is_empty())
    };
    let demo = use_store().client().demo().is_some();
    let matches = move || {
        let clear = move |_: MouseEvent| {
            route.change(|place| {
                place.search.clear();
                place.groups.clear();
                place.modes.clear();
            });
        };
        view! {
            <h2>"Nothing matches the filter"</h2>
            <button type="button" class="button" on:click=clear>"Clear search and filter"</button>
        }
    };
    let blank = move || {
        let open = move |_: MouseEvent| route.open_panel(Panel::Demo);
        let demo = demo.then(|| {
            view! { <button type="button" class="button" on:click=open>"Open demo controls"</button> }
        });
        view! { <h2>{nothing}</h2> <p>{next}</p> {demo} }
    };
    view! { <div class="empty">{move || if filtered() { matches() } else { blank() }}</div> }
}

/// It could not be loaded: why, and what to do.
pub fn failure(error: &client::Error) -> AnyView {
    let store = use_store();
    let missing = matches!(error, client::Error::NotFound { .. });
    let way_on = if missing {
        go_home()
    } else if matches!(error, client::Error::Unauthorized { .. }) {
        let route = use_route();
        let open = move |_: MouseEvent| route.open_panel(Panel::Connection);
        view! { <button type="button" class="button primary" on:click=open>"Open the connection"</button> }
    } else {
        let again = move |_: MouseEvent| store.insist();
        view! { <button type="button" class="button primary" on:click=again>"Try again"</button> }
    };
    view! {
        <div class="empty" role="alert">
            <h2>{if missing { "There is nothing here" } else { "This cannot be shown now" }}</h2>
            <p>{error.to_string()}</p>
            {way_on}
        </div>
    }
}

/// The way home from where nothing is.
pub fn go_home() -> AnyView {
    let home = use_route().link(Page::Environments);
    view! { <a class="button primary" href=home>"Go to the environments"</a> }
}
