//! The root: creates what lives as long as the page, and shows the place the URL names.

use leptos::prelude::*;

use super::connection::ConnectionMark;
use super::environments::environments;
use super::keyboard;
use super::ondemand::{Load, Loader, use_loader};
use super::opened::Panels;
use super::page::go_home;
use super::parts::{Glyph, Icon};
use super::route::{Page, provide_route, use_route};
use super::services::{deployments, services};
use super::shell::header;
use super::state::{provide_store, use_store};
use super::theme;
use crate::client::Client;
use crate::console::element::view;

/// The console.
#[component]
pub fn App(
    /// The way to the server.
    client: Client,
    /// The way to what does not come with the page.
    load: Load,
) -> AnyView {
    provide_route();
    theme::provide_theme();
    Loader::provide(load);
    provide_store(client);
    view! { <Shell/> }
}

#[component]
fn Shell() -> AnyView {
    let route = use_route();
    let store = use_store();
    let loader = use_loader();
    keyboard::everywhere();
    let page = Memo::new(move |_| route.place().with(|place| place.page.clone()));
    Effect::new(move |_| {
        let place = match page.get() {
            Page::Environments => store.project().map(|(_, name)| name.to_string()),
            Page::Services(id) => store.environment(id).map(|environment| environment.name.to_string()),
            Page::Deployments(id) => {
                store.environment(id).map(|environment| format!("Deployments of {}", environment.name))
            }
            Page::Settings => Some("Settings".to_owned()),
            Page::Missing(_) => Some("Not found".to_owned()),
        };
        document().set_title(&place.map_or_else(|| "Playhead".to_owned(), |place| format!("{place} · Playhead")));
    });
    view! {
        {header(view! { <ConnectionMark/> <theme::ThemeSwitch/> {settings_link()} })}
        {move || match page.get() {
            Page::Environments => environments(),
            Page::Services(id) => services(id),
            Page::Deployments(id) => deployments(id),
            Page::Settings => view! { <main class="page">{loader.settings()}</main> },
            Page::Missing(path) => missing(path),
        }}
        <Panels/>
        {loader.menu()}
        {loader.toasts()}
        {loader.lines()}
        {loader.failure()}
        <div class="visually-hidden" role="status" aria-live="polite" aria-label="Status changes">
            {move || store.said().get()}
        </div>
    }
}

fn settings_link() -> AnyView {
    let route = use_route();
    let current = move || route.place().with(|place| place.page == Page::Settings).then_some("page");
    view! {
        <a class="button quiet square" href=route.link(Page::Settings) aria-label="Settings" title="Settings" aria-current=current>
            <Icon name=Glyph::Configure/>
        </a>
    }
}

fn missing(path: String) -> AnyView {
    view! {
        <main class="page">
            <div class="empty">
                <h1>"There is nothing here"</h1>
                <p>"No place of the console is called " <code>{path}</code> "."</p>
                {go_home()}
            </div>
        </main>
    }
}
