//! What stands around every page: the header, the filter bar, and what is said when a list is empty.

use leptos::prelude::*;

use super::parts::{Glyph, Icon};
use super::route::{Group, Page, Panel, use_route};
use super::state::{Freshness, use_store};
use crate::client;

/// The bar at the top.
#[component]
pub fn Header(children: Children) -> impl IntoView {
    let route = use_route();
    let store = use_store();
    let home = route.link(Page::Environments);
    let place = move || match route.place().with(|place| place.page.clone()) {
        Page::Services(id) => store.environment(id).map(|environment| environment.name.to_string()),
        Page::Environments | Page::Missing(_) => None,
    };
    view! {
        <header class="top">
            <a class="brand" href=home.clone()>
                <span class="brand-mark" aria-hidden="true"></span>
                "Playhead"
            </a>
            <nav class="crumbs" aria-label="Place">
                <a href=home aria-current=move || place().is_none().then_some("page")>
                    {move || store.project().map_or_else(|| "Environments".to_owned(), |name| name.to_string())}
                </a>
                {move || place().map(|name| view! {
                    <span class="crumb-slash" aria-hidden="true">"/"</span>
                    <span aria-current="page">{name}</span>
                })}
            </nav>
            <Projects/>
            <FreshnessBadge/>
            {children()}
        </header>
    }
}

/// The way to other projects, where there are any.
#[component]
fn Projects() -> impl IntoView {
    let store = use_store();
    move || {
        let projects = store.projects();
        (projects.len() > 1).then(|| {
            let open = store.project();
            let options = projects.into_iter().map(|(id, name)| {
                let selected = open.as_ref() == Some(&name);
                view! { <option value=id.to_string() selected=selected>{name.to_string()}</option> }
            });
            view! {
                <select class="input projects" aria-label="Project" on:change=move |event| store.open_project(&event_target_value(&event))>
                    {options.collect_view()}
                </select>
            }
        })
    }
}

/// Live, so many seconds old, reconnecting, offline.
#[component]
fn FreshnessBadge() -> impl IntoView {
    let store = use_store();
    let fresh = Memo::new(move |_| store.freshness());
    let title = move || store.trouble().map(|error| error.to_string());
    view! {
        <button
            type="button"
            class="fresh"
            data-tone=move || fresh.get().tone()
            title=move || title().unwrap_or_else(|| "What is shown is what is. Press to ask again now.".to_owned())
            on:click=move |_| store.poke()
        >
            <span class="fresh-dot" data-live=move || (fresh.get() == Freshness::Live).then_some("") aria-hidden="true"></span>
            <span class="visually-hidden">"Data: "</span>
            <span>{move || fresh.get().words()}</span>
        </button>
    }
}

/// Search, and a chip for each group of statuses with how many there are.
#[component]
pub fn Filters(
    /// What is searched.
    label: &'static str,
    /// How many rows there are in each group, in the order of [`Group::ALL`].
    counts: Memo<[usize; 6]>,
    /// Further chips.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    let route = use_route();
    let chips = Group::ALL.into_iter().enumerate().map(move |(at, group)| {
        let on = move || route.place().with(|place| place.groups.contains(&group));
        let count = move || counts.with(|counts| counts.get(at).copied().unwrap_or(0));
        let press = move |_| {
            route.change(|place| {
                if place.groups.contains(&group) {
                    place.groups.retain(|other| *other != group);
                } else {
                    place.groups.push(group);
                }
            })
        };
        chip(group.words().into(), Signal::derive(count), Signal::derive(on), press)
    });
    view! {
        <div class="filters" role="search">
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
            <div class="chips" role="group" aria-label="Filter">
                {children.map(|children| children())}
                {chips.collect_view()}
            </div>
        </div>
    }
}

/// A filter that is on or off.
pub fn chip(
    words: String,
    count: Signal<usize>,
    on: Signal<bool>,
    press: impl FnMut(web_sys::MouseEvent) + 'static,
) -> AnyView {
    view! {
        <button
            type="button"
            class="chip"
            aria-pressed=move || if on.get() { "true" } else { "false" }
            data-none=move || (count.get() == 0).then_some("")
            on:click=press
        >
            {words} " " <span class="chip-count">{move || count.get()}</span>
        </button>
    }
    .into_any()
}

/// Nothing is listed: because of the filter, or because there is nothing.
pub fn empty(nothing: &'static str, next: &'static str) -> AnyView {
    let route = use_route();
    let filtered = move || {
        route.place().with(|place| !place.search.is_empty() || !place.groups.is_empty() || !place.modes.is_empty())
    };
    let clear = move |_| {
        route.change(|place| {
            place.search.clear();
            place.groups.clear();
            place.modes.clear();
        })
    };
    let demo = use_store().client().demo().is_some();
    view! {
        <div class="empty">
            {move || if filtered() {
                view! {
                    <h2>"Nothing matches the filter"</h2>
                    <button type="button" class="button" on:click=clear>"Clear search and filter"</button>
                }.into_any()
            } else {
                view! {
                    <h2>{nothing}</h2>
                    <p>{next}</p>
                    {demo.then(|| view! {
                        <button type="button" class="button" on:click=move |_| route.open_panel(Panel::Demo)>"Open demo controls"</button>
                    })}
                }.into_any()
            }}
        </div>
    }
    .into_any()
}

/// It could not be loaded: why, and what to do.
pub fn failure(error: &client::Error) -> AnyView {
    let store = use_store();
    let home = use_route().link(Page::Environments);
    let gone = matches!(error, client::Error::NotFound { .. });
    view! {
        <div class="empty" role="alert">
            <h2>"This cannot be shown now"</h2>
            <p>{error.to_string()}</p>
            {if gone {
                view! { <a class="button primary" href=home>"Go to the environments"</a> }.into_any()
            } else {
                view! { <button type="button" class="button primary" on:click=move |_| store.poke()>"Try again"</button> }.into_any()
            }}
        </div>
    }
    .into_any()
}
