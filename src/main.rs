//! Entry point: in the browser the console; natively the command line.

#[cfg(target_arch = "wasm32")]
mod rest;

/// Opens the console: on the server that serves the page, when one says so, else on the backend in the page.
#[cfg(target_arch = "wasm32")]
fn main() {
    match server() {
        Some(api) => connected(&api),
        None => demo(),
    }
}

/// Where the API is, as told by the server that serves the page.
#[cfg(target_arch = "wasm32")]
fn server() -> Option<String> {
    let told = leptos::prelude::document().query_selector("meta[name=playhead-api]").ok()??;
    told.get_attribute("content")
}

/// The console of a server.
#[cfg(target_arch = "wasm32")]
fn connected(api: &str) {
    use std::sync::Arc;

    use playhead::api::http::ORIGIN;
    use playhead::client::{Client, http::Http};

    let http = Http::new(api).with_header(ORIGIN, "CONSOLE").with_events();
    playhead::console::mount(Client::http(http), Arc::new(|| rest::load(None)));
}

/// Opens the world the URL names (`?scenario=NAME&seed=N&clock=paused`), and the console on it.
#[cfg(target_arch = "wasm32")]
fn demo() {
    use std::sync::Arc;

    use playhead::backend::{Backend, scenario};
    use playhead::client::{Client, Clock, Loopback};
    use playhead::console::route::query::Query;

    let now = js_sys::Date::now() as i64;
    let query = Query::read(&leptos::prelude::window().location().search().unwrap_or_default());
    let seed = query.get("seed").and_then(|seed| seed.parse().ok()).unwrap_or(1);
    let wanted = query.get("scenario");
    let backend = Backend::without_files(wanted.unwrap_or_default(), seed, now);
    if let Some(wanted) = wanted.filter(|wanted| !wanted.is_empty() && !scenario::NAMES.contains(wanted)) {
        let there = scenario::NAMES.join(", ");
        let why = format!("There are {there}; the first of them is open instead.");
        playhead::console::ondemand::tell_later(format!("There is no scenario called {wanted}"), why);
    }
    let mut clock = Clock::start(now);
    clock.set_paused(now, query.get("clock") == Some("paused"));
    let loopback = Loopback::new(backend, clock);
    playhead::console::mount(Client::loopback(loopback.clone()), Arc::new(move || rest::load(Some(loopback.clone()))));
}

#[cfg(not(target_arch = "wasm32"))]
fn main() -> std::process::ExitCode {
    playhead::cli::run()
}
