//! The bar at the top: where one is, other projects, and how fresh the data is.

use std::sync::Arc;

use leptos::prelude::*;
use web_sys::Event;

use super::route::{Page, use_route};
use super::state::{Freshness, Named, Store, use_store};
use crate::console::element::{Child, view};

/// The bar at the top; `tools` stand at its end.
pub fn header(tools: AnyView) -> AnyView {
    let route = use_route();
    let store = use_store();
    let home = route.link(Page::Environments);
    let page = move || route.place().with(|place| place.page.clone());
    let crumbs = move || {
        let page = page();
        let name = page.environment().and_then(|id| store.environment(id)).map(|row| row.name.to_string());
        match (page, name) {
            (Page::Deployments(id), Some(name)) => {
                view! {
                    {slash()}
                    <a href=route.link_environment(id)>{name}</a>
                    {slash()}
                    <span aria-current="page">"Deployments"</span>
                }
            }
            (Page::Settings, _) => view! { {slash()} <span aria-current="page">"Settings"</span> },
            (_, Some(name)) => view! { {slash()} <span aria-current="page">{name}</span> },
            (_, None) => ().into_any(),
        }
    };
    let home_is_here = move || matches!(page(), Page::Environments | Page::Missing(_));
    view! {
        <header class="top">
            <a class="brand" href=home.clone()>
                <span class="brand-mark" aria-hidden="true"></span>
                "Playhead"
            </a>
            <nav class="crumbs" aria-label="Place">
                <a href=home aria-current=move || home_is_here().then(|| "page".to_owned())>
                    {move || store.project().map_or_else(|| "Environments".to_owned(), |(_, name)| name.to_string())}
                </a>
                {crumbs}
            </nav>
            {chooser("Organization", "organization", Store::organization, Store::organizations)}
            {chooser("Project", "project", |store| store.project().map(|(id, _)| id), Store::projects)}
            {freshness()}
            {tools}
        </header>
    }
}

fn slash() -> AnyView {
    view! { <span class="crumb-slash" aria-hidden="true">"/"</span> }
}

/// The way to others, where there are any; `key` is their name in the URL.
fn chooser(
    label: &'static str,
    key: &'static str,
    open: fn(Store) -> Option<Arc<str>>,
    all: fn(Store) -> Vec<Named>,
) -> AnyView {
    let store = use_store();
    Child::view(move || {
        let all = all(store);
        (all.len() > 1).then(|| {
            let open = open(store);
            let options = all.into_iter().map(|(id, name)| {
                let selected = open.as_ref() == Some(&id);
                view! { <option value=id.to_string() selected=selected>{name.to_string()}</option> }
            });
            let change = move |event: Event| store.open(key, &event_target_value(&event));
            view! {
                <select class="input projects" aria-label=label on:change=change>
                    {options.collect::<Vec<_>>()}
                </select>
            }
        })
    })
}

/// Live, so many seconds old, reconnecting, offline.
fn freshness() -> AnyView {
    let store = use_store();
    let title = move || match store.trouble() {
        Some(error) => format!("{error}\nIt is tried again by itself; press to ask now."),
        None => "What is shown is what is. Press to ask again now.".to_owned(),
    };
    view! {
        <button
            type="button"
            class="fresh"
            data-tone=move || Some(store.freshness().tone().to_owned())
            title=move || Some(title())
            on:click=move |_| store.insist()
        >
            <span
                class="fresh-dot"
                data-live=move || (store.freshness() == Freshness::Live).then(String::new)
                aria-hidden="true"
            ></span>
            <span class="visually-hidden">"Data: "</span>
            <span>{move || store.freshness().words()}</span>
        </button>
    }
}
