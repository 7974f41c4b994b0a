//! The world: which scenario, begin again, save it as a world file, open one (button, or drop it on the page); and all that
//! the browser keeps, as a file.

use js_sys::Promise;
use leptos::html;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos::web_sys::{Blob, CustomEvent, CustomEventInit, File, HtmlAnchorElement, Url};
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;

use super::drop::use_dropped;
use crate::api::scenario::Scenarios;
use crate::client::loopback::Keeping;
use crate::client::{Error, Loopback};
use crate::console::element::{Child, view};
use crate::console::parts::{Glyph, Icon};
use crate::console::route::{Page, Panel, Place, Route, use_route};
use crate::console::state::{Store, use_store};
use crate::console::toast;

/// The name a saved world gets.
const FILE: &str = "playhead-world.json";

/// Which world is open, as a number that grows: what is read of a world is read again when it changes.
#[derive(Clone, Copy)]
pub struct World(RwSignal<u32>);

impl World {
    /// Made once, by the panels.
    pub fn provide() {
        provide_context(World(RwSignal::new(0)));
    }

    /// Runs now, and whenever another world is opened.
    pub fn on_open(self, run: impl Fn() + 'static) {
        Effect::new(move |_| {
            self.0.track();
            run();
        });
    }
}

/// The open world.
pub fn use_world() -> World {
    expect_context()
}

/// What becomes of the world when the page is closed.
fn kept(store: Store) -> String {
    // Asked again as time goes on.
    store.now();
    match store.client().demo().map(Loopback::keeping) {
        Some(Keeping::By(_)) => "Kept in this browser: it is there again after a reload, and in other tabs".to_owned(),
        Some(Keeping::Memory(why)) => format!("Gone when this tab is closed, as it cannot be kept: {why}"),
        Some(Keeping::NotYet) | None => String::new(),
    }
}

/// Saves all that the browser keeps of the demo, with what was put aside, as the page's recovery script does it.
async fn save_kept() -> Result<String, String> {
    let saved = Promise::new(&mut |settle, _| {
        let init = CustomEventInit::new();
        init.set_detail(&settle);
        if let Ok(event) = CustomEvent::new_with_event_init_dict("save-kept", &init) {
            let _ = window().dispatch_event(&event);
        }
    });
    match JsFuture::from(saved).await {
        Ok(said) => Ok(said.as_string().unwrap_or_default()),
        Err(error) => Err(js_sys::Error::from(error).message().into()),
    }
}

/// Scenario, seed, begin again, save and open.
#[component]
pub fn WorldControls() -> AnyView {
    let (store, route, world) = (use_store(), use_route(), use_world());
    let known = RwSignal::new(Scenarios::default());
    let (name, seed) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let read = move || {
        spawn_local(async move {
            if let Ok(scenarios) = store.client().scenarios().await {
                name.try_set(scenarios.name.clone());
                seed.try_set(scenarios.seed.to_string());
                known.try_set(scenarios);
            }
        });
    };
    world.on_open(read);
    let seed_problem = move || seed.with(|seed| seed.trim().parse::<u64>().is_err());
    let begin = move |_| {
        let Ok(seed) = seed.get_untracked().trim().parse::<u64>() else { return };
        let name = name.get_untracked();
        spawn_local(async move {
            match store.client().reset(&name, seed).await {
                Ok(()) => {
                    opened(store, route, world);
                    toast::done(format!("Scenario {name} begun, seed {seed}"));
                }
                Err(error) => toast::failed("The scenario was not begun".into(), error.to_string()),
            }
        });
    };
    let keep = move |_| {
        spawn_local(async move {
            match save_kept().await {
                Ok(said) => toast::done(said),
                Err(why) => toast::failed("What the browser keeps was not saved".into(), why),
            }
        });
    };
    let options = move || {
        let chosen = name.get_untracked();
        known.with(|known| {
            let all = known.scenarios.iter().map(|one| {
                let title = if one.title.is_empty() { one.name.clone() } else { one.title.clone() };
                view! { <option value=one.name.clone() selected=one.name == chosen>{title}</option> }
            });
            // A world that came from a file is none of them, and the list must not say that it is.
            let file = !chosen.is_empty() && known.scenarios.iter().all(|one| one.name != chosen);
            let file = file
                .then(|| view! { <option value=chosen.clone() selected=true disabled=true>"A world file"</option> });
            (file, all.collect::<Vec<_>>()).into_any()
        })
    };
    let about = move || {
        let name = name.get();
        known.with(|known| known.scenarios.iter().find(|one| one.name == name).map(|one| one.about.clone()))
    };
    view! {
        <section class="controls">
            <h3>"World"</h3>
            <div class="row">
                <div class="field grow">
                    <label for="scenario">"Scenario"</label>
                    <select class="input" id="scenario" on:change=move |event| name.set(event_target_value(&event))>
                        {options}
                    </select>
                </div>
                <div class="field seed">
                    <label for="seed">"Seed"</label>
                    <input
                        class="input"
                        id="seed"
                        inputmode="numeric"
                        autocomplete="off"
                        prop:value=move || seed.get()
                        aria-invalid=move || seed_problem().then_some("true")
                        on:input=move |event| seed.set(event_target_value(&event))
                    />
                </div>
            </div>
            <p class="muted">{about}</p>
            <p class="muted">{move || kept(store)}</p>
            <button class="button small" type="button" on:click=begin aria-disabled=move || seed_problem().then_some("true")>
                <Icon name=Glyph::Redeploy/>
                "Begin the scenario again"
            </button>
            <FileControls/>
            <button
                class="button small"
                type="button"
                title="All worlds of the demo in this browser, and what was put aside of damaged ones"
                on:click=keep
            >
                <Icon name=Glyph::Download/>
                "Download all that is kept"
            </button>
        </section>
    }
}

#[component]
fn FileControls() -> AnyView {
    let (store, route, world) = (use_store(), use_route(), use_world());
    let input = NodeRef::<html::Input>::new();
    let save = move |_| {
        spawn_local(async move {
            match store.client().export_world().await {
                Ok(bytes) => offer(&bytes),
                Err(error) => toast::failed("The world was not saved".into(), error.to_string()),
            }
        });
    };
    let choose = move |_| {
        if let Some(input) = input.get_untracked() {
            input.click();
        }
    };
    let chosen = move |_| {
        let Some(input) = input.get_untracked() else { return };
        if let Some(file) = input.files().and_then(|files| files.get(0)) {
            open(store, route, world, file);
        }
        // The same file can be chosen again after it was mended.
        input.set_value("");
    };
    view! {
        <div class="row">
            <button class="button small" type="button" on:click=save>
                <Icon name=Glyph::Download/>
                "Save world file"
            </button>
            <button class="button small" type="button" on:click=choose>
                <Icon name=Glyph::Upload/>
                "Open world file"
            </button>
            <input
                node_ref=input
                class="visually-hidden"
                type="file"
                accept=".json,application/json"
                tabindex="-1"
                aria-label="World file"
                on:change=chosen
            />
        </div>
        <p class="muted">"Or drop a world file anywhere on the page."</p>
    }
}

/// Opens a file that was dropped on the page. Mounted once.
pub fn opener() -> AnyView {
    let (store, route, world) = (use_store(), use_route(), use_world());
    let dropped = use_dropped();
    Child::view(move || {
        if let Some(file) = dropped.take() {
            open(store, route, world, file);
        }
    })
}

/// Opens a file as the world. A bad one changes nothing, and the error names the place.
fn open(store: Store, route: Route, world: World, file: File) {
    let name = file.name();
    spawn_local(async move {
        let bytes = match JsFuture::from(file.array_buffer()).await {
            Ok(buffer) => js_sys::Uint8Array::new(&buffer).to_vec(),
            Err(_) => {
                return toast::failed(format!("{name} was not opened"), "The browser could not read the file.".into());
            }
        };
        match store.client().import_world(bytes).await {
            Ok(()) => {
                opened(store, route, world);
                toast::done(format!("{name} opened"));
            }
            Err(error) => {
                let what = match error.leaves_open() {
                    true => format!("It is not known whether {name} was opened"),
                    false => format!("{name} was not opened; the world is as it was"),
                };
                // What the server finds wrong is the file's, not the request's.
                let why = match error {
                    Error::Invalid { detail } => detail,
                    Error::Timeout { .. }
                    | Error::Offline
                    | Error::Refused { .. }
                    | Error::Unauthorized { .. }
                    | Error::NotFound { .. }
                    | Error::RateLimited { .. }
                    | Error::Server { .. }
                    | Error::Unreadable { .. } => error.to_string(),
                };
                toast::failed(what, why);
            }
        }
    });
}

/// Another world is open: everything is read again, from the page every world has.
fn opened(store: Store, route: Route, world: World) {
    let demo = route.place().with_untracked(|place| place.panel) == Some(Panel::Demo);
    route.change(|place| {
        *place = Place { panel: demo.then_some(Panel::Demo), ..place.at(Page::Environments) };
    });
    toast::forget_requests();
    store.reset();
    world.0.update(|number| *number += 1);
}

/// Gives the bytes to the browser as a download.
fn offer(bytes: &[u8]) {
    let parts = js_sys::Array::of1(&js_sys::Uint8Array::from(bytes).into());
    let Ok(blob) = Blob::new_with_u8_array_sequence(&parts) else { return };
    let Ok(url) = Url::create_object_url_with_blob(&blob) else { return };
    if let Ok(link) = document().create_element("a").map(JsCast::unchecked_into::<HtmlAnchorElement>) {
        link.set_href(&url);
        link.set_download(FILE);
        link.click();
    }
    // Frees the copy; the download has its own by now.
    let _ = Url::revoke_object_url(&url);
}
