//! The bar at the top: where one is, other projects, and how fresh the data is.

use leptos::prelude::*;
use web_sys::Event;

use super::route::{Page, use_route};
use super::state::{Freshness, use_store};
use crate::console::element::{Child, view};

/// The bar at the top; `tools` stand at its end.
pub fn header(tools: AnyView) -> AnyView {
    let route = use_route();
    let store = use_store();
    let home = route.link(Page::Environments);
    let place = move || match route.place().with(|place| place.page.clone()) {
        Page::Services(id) => store.environment(id).map(|environment| environment.name.to_string()),
        Page::Environments | Page::Missing(_) => None,
    };
    let here = move |name: String| {
        view! {
            <span class="crumb-slash" aria-hidden="true">"/"</span>
            <span aria-current="page">{name}</span>
        }
    };
    view! {
        <header class="top">
            <a class="brand" href=home.clone()>
                <span class="brand-mark" aria-hidden="true"></span>
                "Playhead"
            </a>
            <nav class="crumbs" aria-label="Place">
                <a href=home aria-current=move || place().is_none().then(|| "page".to_owned())>
                    {move || store.project().map_or_else(|| "Environments".to_owned(), |name| name.to_string())}
                </a>
                {move || place().map_or_else(|| ().into_any(), here)}
            </nav>
            {projects()}
            {freshness()}
            {tools}
        </header>
    }
}

/// The way to other projects, where there are any.
fn projects() -> AnyView {
    let store = use_store();
    let several = move || {
        let open = store.project();
        let options = store.projects().into_iter().map(|(id, name)| {
            let selected = open.as_ref() == Some(&name);
            view! { <option value=id.to_string() selected=selected>{name.to_string()}</option> }
        });
        let change = move |event: Event| store.open_project(&event_target_value(&event));
        view! {
            <select class="input projects" aria-label="Project" on:change=change>
                {options.collect::<Vec<_>>()}
            </select>
        }
    };
    Child::view(move || (store.projects().len() > 1).then(several))
}

/// Live, so many seconds old, reconnecting, offline.
fn freshness() -> AnyView {
    let store = use_store();
    let title = move || match store.trouble() {
        Some(error) => error.to_string(),
        None => "What is shown is what is. Press to ask again now.".to_owned(),
    };
    view! {
        <button
            type="button"
            class="fresh"
            data-tone=move || Some(store.freshness().tone().to_owned())
            title=move || Some(title())
            on:click=move |_| store.poke()
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
