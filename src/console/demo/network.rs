//! The way to the backend: how long an answer takes, and what goes wrong with it.

use std::cell::Cell;

use leptos::prelude::*;

use crate::client::Loopback;
use crate::client::loopback::trouble::Trouble;
use crate::console::element::view;
use crate::console::state::use_store;

/// Latencies to choose from, in milliseconds.
const LATENCIES: [u32; 5] = [0, 100, 500, 2_000, 5_000];

thread_local! {
    /// What was chosen, while the page lives.
    static CHOSEN: Cell<Trouble> = const { Cell::new(Trouble::None) };
}

/// Latency and trouble of the API.
#[component]
pub fn NetworkControls(
    /// The backend in this page.
    demo: Loopback,
) -> AnyView {
    let store = use_store();
    let latency = RwSignal::new(demo.latency());
    let demo = StoredValue::new_local(demo);
    let set_latency = move |event| {
        let millis = event_target_value(&event).parse().unwrap_or(0);
        demo.with_value(|demo| demo.set_latency(millis));
        latency.set(millis);
    };
    let set_trouble = move |event| {
        let words = event_target_value(&event);
        let chosen = Trouble::ALL.into_iter().find(|one| one.words() == words).unwrap_or(Trouble::None);
        demo.with_value(|demo| demo.set_between(chosen.between()));
        CHOSEN.set(chosen);
        store.poke();
    };
    view! {
        <section class="controls">
            <h3>"API"</h3>
            <div class="field">
                <label for="latency">"Each answer takes"</label>
                <select class="input" id="latency" prop:value=move || latency.get().to_string() on:change=set_latency>
                    {LATENCIES
                        .map(|millis| {
                            let words = if millis == 0 { "no time".to_owned() } else { format!("{millis} ms") };
                            view! { <option value=millis.to_string() selected=latency.get_untracked() == millis>{words}</option> }
                        })}
                </select>
            </div>
            <div class="field">
                <label for="connection">"The connection"</label>
                <select class="input" id="connection" on:change=set_trouble>
                    {Trouble::ALL
                        .map(|one| {
                            view! { <option selected=CHOSEN.get() == one>{one.words()}</option> }
                        })}
                </select>
            </div>
        </section>
    }
}
