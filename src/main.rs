//! Entry point: in the browser the console; natively the command line.

#[cfg(target_arch = "wasm32")]
mod rest;

/// Opens the console: on what was chosen in this tab, else on the server that serves the page, when one says so, else
/// on the backend in the page.
#[cfg(target_arch = "wasm32")]
fn main() {
    use std::sync::Arc;

    use playhead::console::connection::{Connection, serving};

    let chosen = Connection::chosen().or_else(|| serving().map(Connection::Server));
    match chosen {
        Some(Connection::Server(server)) => playhead::console::mount(server.client(), Arc::new(|| rest::load(None))),
        Some(Connection::Demo) | None => demo(),
    }
}

/// Opens the world the URL names (`?scenario=NAME&seed=N&clock=paused`), as it was left if it is kept, and the console on
/// it.
#[cfg(target_arch = "wasm32")]
fn demo() {
    use std::sync::Arc;

    use playhead::backend::scenario;
    use playhead::client::loopback::journal::Opening;
    use playhead::client::loopback::{Home, MARK};
    use playhead::client::{Client, Loopback};
    use playhead::console::ondemand::Load;
    use playhead::console::route::query::Query;

    let now = js_sys::Date::now() as i64;
    let query = Query::read(&leptos::prelude::window().location().search().unwrap_or_default());
    if query.get("crash") == Some("now") {
        // A trap after the start, for who looks at the page's recovery screen (src/recovery.js). A reload starts it again.
        leptos::prelude::request_animation_frame(|| {
            let window = leptos::prelude::window();
            let location = window.location();
            let search = location.search().unwrap_or_default().replace("crash=now", "");
            let address = location.pathname().unwrap_or_default() + &search;
            // Where the address cannot be changed, it traps again.
            let _ = window
                .history()
                .map(|history| history.replace_state_with_url(&wasm_bindgen::JsValue::NULL, "", Some(&address)));
            core::arch::wasm32::unreachable()
        });
    }
    let seed = query.get("seed").filter(|seed| !seed.is_empty()).map(str::parse);
    if let Some(Err(_)) = seed {
        let why = "A seed is a whole number of at most 20 digits; seed 1 is open instead.".into();
        playhead::console::ondemand::tell_later("The seed in the address cannot be read".into(), why);
    }
    let seed = seed.and_then(Result::ok).unwrap_or(1);
    let wanted = query.get("scenario");
    let opening = Opening { scenario: wanted.unwrap_or_default().to_owned(), seed, at: now };
    // Worlds of other names are other worlds: following a link does away with none.
    let world = format!("{}/{seed}", opening.scenario);
    if let Some(wanted) = wanted.filter(|wanted| !wanted.is_empty() && !scenario::NAMES.contains(wanted)) {
        let there = scenario::NAMES.join(", ");
        let why = format!("There are {there}; the first of them is open instead.");
        playhead::console::ondemand::tell_later(format!("There is no scenario called {wanted}"), why);
    }
    let loopback = Loopback::new(Home::new(opening, now));
    loopback.set_paused(query.get("clock") == Some("paused"));
    let kept = leptos::prelude::window().local_storage().ok().flatten();
    let kept = kept.and_then(|kept| kept.get_item(&format!("{MARK}{world}")).ok().flatten()).is_some();
    let home = loopback.clone();
    let load: Load = Arc::new(move || rest::load(Some((home.clone(), world.clone()))));
    let mount = {
        let load = load.clone();
        move || playhead::console::mount(Client::loopback(loopback), load)
    };
    if kept {
        wasm_bindgen_futures::spawn_local(async move {
            // What was kept is opened before anything is shown. Where that cannot be loaded nothing can be done to the
            // world that is shown instead, and it is replaced as soon as it can.
            let _ = load().await;
            mount();
        });
    } else {
        mount();
    }
}

#[cfg(not(target_arch = "wasm32"))]
fn main() -> std::process::ExitCode {
    playhead::cli::run()
}
