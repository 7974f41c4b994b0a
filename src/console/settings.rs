//! Settings: what the console talks to, how it looks, and its keys.

use leptos::prelude::*;

use super::panel::{connection, keys};
use super::parts::choice;
use super::route::{Panel, use_route};
use super::state::use_store;
use super::theme::{Theme, use_theme};
use crate::console::element::{Child, view};

/// What stands in the page.
pub fn settings() -> AnyView {
    let (store, route) = (use_store(), use_route());
    let left = move || store.requests_left().map(|left| format!("The token has {left} requests left in this hour."));
    // What is connected to is said where it answers; else, what is wrong.
    let stands = move || store.trouble().map_or_else(connection::about, |error| error.to_string());
    view! {
        <div class="settings">
            <h1>"Settings"</h1>
            <section aria-labelledby="settings-connection">
                <h2 id="settings-connection">"Connection"</h2>
                <p>{move || stands().trim_end_matches('.').to_owned() + "."}</p>
                {Child::view(move || left().map(|words| view! { <p class="muted">{words}</p> }))}
                <button
                    class="button"
                    type="button"
                    aria-haspopup="dialog"
                    on:click=move |_| route.open_panel(Panel::Connection)
                >
                    "Change the connection…"
                </button>
            </section>
            <section aria-labelledby="settings-look">
                <h2 id="settings-look">"Appearance"</h2>
                <fieldset class="field">
                    <legend class="label">"Theme"</legend>
                    {Theme::ALL.map(of_theme)}
                </fieldset>
            </section>
            <section aria-labelledby="settings-keys">
                <h2 id="settings-keys">"Keys"</h2>
                {keys::list()}
            </section>
        </div>
    }
}

fn of_theme(one: Theme) -> AnyView {
    let theme = use_theme();
    let words = match one {
        Theme::Auto => "As the system says",
        Theme::Light => "Light",
        Theme::Dark => "Dark",
    };
    choice("theme", words, move || theme.get() == one, move || theme.set(one))
}
