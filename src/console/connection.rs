//! Where the console is connected to: the backend in this page, or a server; and how that outlives a reload.
//!
//! Invariants: the demo never takes the place of a server by itself, nor the other way round: what was chosen in this tab
//! stays chosen, also without its token. A token is in memory, and in the tab's storage only when somebody ticked that; it
//! is in no URL and no debug output.

use std::cell::RefCell;
use std::fmt;

use leptos::prelude::*;
use web_sys::Storage;

use super::ondemand::Load;
use super::route::{Panel, use_route};
use super::state::use_store;
use crate::api::http::ORIGIN;
use crate::client::{Client, http::Http};
use crate::console::element::view;

/// Where the choice is kept: in the tab, until it is closed.
const KEY: &str = "playhead.connection";

/// What the console talks to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Connection {
    /// The backend in this page.
    Demo,
    /// A server.
    Server(Server),
}

/// A server, and what it is told about who asks.
#[derive(Clone, PartialEq, Eq)]
pub struct Server {
    /// Where its API begins, such as `https://api.example.com`.
    pub base: String,
    /// Whether it is a Playhead server, which is told that a console asks, and tells of changes.
    pub ours: bool,
    /// The word before the token: `Token` for machines, `Bearer` for people.
    pub scheme: &'static str,
    /// Empty: none.
    pub token: String,
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server").field("base", &self.base).field("ours", &self.ours).finish_non_exhaustive()
    }
}

/// The product's public API…
pub const LIVE: &str = "https://api.qovery.com";
/// …and where its pushes come from.
const LIVE_PUSHES: &str = "wss://ws.qovery.com";

/// The words before a token.
pub const SCHEMES: [&str; 2] = ["Token", "Bearer"];

impl Server {
    /// A server that asks for no token.
    pub fn open(base: &str, ours: bool) -> Server {
        Server { base: base.to_owned(), ours, scheme: "Token", token: String::new() }
    }

    /// The way to it.
    pub fn client(&self) -> Client {
        let mut http = Http::new(&self.base);
        if !self.token.is_empty() {
            http = http.with_header("Authorization", format!("{} {}", self.scheme, self.token));
        }
        if !self.ours {
            http = http.with_pushes(pushes(&self.base), self.token.clone());
        } else {
            http = http.with_keys().with_header(ORIGIN, "CONSOLE");
            if self.token.is_empty() {
                // A stream of events cannot carry a token.
                http = http.with_events();
            }
        }
        Client::http(http)
    }
}

/// Where a live API's pushes come from: the product has a host of its own for them (API contract, "Reading"); any other,
/// and whoever stands in front of one, has one address, and nobody else is told the token.
fn pushes(base: &str) -> String {
    match base.strip_prefix(LIVE) {
        Some("") => LIVE_PUSHES.to_owned(),
        // http becomes ws, and https wss.
        Some(_) | None => absolute(base).replacen("http", "ws", 1),
    }
}

/// The server that serves the page, where it says that it has an API: its own, or that of a live account behind it. Its
/// policy lets the page talk to nobody else.
pub fn serving() -> Option<Server> {
    let told = document().query_selector("meta[name=playhead-api]").ok()??;
    let ours = told.get_attribute("data-kind").as_deref() != Some("live");
    Some(Server::open(&told.get_attribute("content")?, ours))
}

/// An address as it stands anywhere: of the server of this page, only the path is known.
pub fn absolute(base: &str) -> String {
    if base.contains("://") {
        return base.to_owned();
    }
    format!("{}{base}", window().location().origin().unwrap_or_default())
}

fn storage() -> Option<Storage> {
    window().session_storage().ok().flatten()
}

impl Connection {
    /// What was chosen in this tab, if anything was.
    pub fn chosen() -> Option<Connection> {
        let text = storage()?.get_item(KEY).ok()??;
        let mut lines = text.lines();
        let kind = lines.next()?;
        if kind == "demo" {
            return Some(Connection::Demo);
        }
        let base = lines.next()?.to_owned();
        let scheme = lines.next().and_then(|word| SCHEMES.into_iter().find(|known| *known == word))?;
        let token = lines.next().unwrap_or_default().to_owned();
        Some(Connection::Server(Server { base, ours: kind == "playhead", scheme, token }))
    }

    /// Keeps the choice for as long as the tab is open; the token only where `with_token` says so.
    pub fn choose(&self, with_token: bool) {
        let text = match self {
            Connection::Demo => "demo".to_owned(),
            Connection::Server(Server { base, ours, scheme, token }) => {
                let kind = if *ours { "playhead" } else { "live" };
                let token = if with_token { token } else { "" };
                format!("{kind}\n{base}\n{scheme}\n{token}")
            }
        };
        // A browser that keeps nothing forgets it with the page.
        let _ = storage().map(|storage| storage.set_item(KEY, &text));
    }
}

thread_local! {
    /// The console that is open, and the way to what it does not come with.
    static OPEN: RefCell<Option<(Box<dyn std::any::Any>, Load)>> = const { RefCell::new(None) };
}

/// Whether there is a console in the page yet.
pub fn is_open() -> bool {
    OPEN.with_borrow(Option::is_some)
}

/// Opens a console of a server in the page's body, in place of the one that is open.
pub(super) fn open(client: Client, load: Load) {
    // Before the new one: two would answer the same keys.
    drop(OPEN.take());
    let given = load.clone();
    let Some(body) = document().body() else { return };
    let console = leptos::mount::mount_to(body, move || view! { <super::app::App client=client load=given/> });
    OPEN.set(Some((Box::new(console), load)));
}

/// Goes over to a server, from whatever is open.
pub fn connect(server: &Server) {
    let client = server.client();
    // Not from inside of the console that goes.
    request_animation_frame(move || {
        if let Some((console, load)) = OPEN.take() {
            drop(console);
            open(client, load);
        }
    });
}

/// The permanent mark in the header: a demo, with the way to its controls, or which server it is.
#[component]
pub fn ConnectionMark() -> AnyView {
    let (store, route) = (use_store(), use_route());
    let (panel, words, title) = match store.client().address() {
        None => (Panel::Demo, "Demo".to_owned(), "The backend runs in this page. Open its controls.".to_owned()),
        Some(base) => {
            let own = if store.client().contract_only() { "Live API" } else { "Server" };
            let host = base.split_once("://").map_or(own, |(_, rest)| rest.split('/').next().unwrap_or(rest));
            (Panel::Connection, host.to_owned(), format!("Connected to {base}. Open the connection."))
        }
    };
    let open = move || route.panel() == Some(panel);
    let toggle = move |_| {
        if route.place().with_untracked(|place| place.panel) == Some(panel) {
            route.close_panel();
        } else {
            route.open_panel(panel);
        }
    };
    view! {
        <button
            class=if panel == Panel::Demo { "button small demo-mark" } else { "button small server-mark" }
            type="button"
            aria-haspopup="dialog"
            aria-expanded=move || if open() { "true" } else { "false" }
            title=title
            on:click=toggle
        >
            {words}
            {move || store.requests_left().map(|left| format!(" · {left} left"))}
        </button>
    }
}
