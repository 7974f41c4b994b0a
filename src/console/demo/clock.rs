//! The world's clock: how fast it runs, and steps by hand.

use leptos::prelude::*;

use crate::client::Loopback;
use crate::console::element::view;
use crate::console::format::{machine_moment, moment};
use crate::console::parts::{Glyph, Icon};
use crate::console::read::Read;
use crate::console::state::use_store;

/// World seconds per real second.
const SPEEDS: [u32; 4] = [1, 5, 20, 100];
/// Steps by hand, in milliseconds, with their names.
const STEPS: [(i64, &str); 3] = [(1_000, "Step 1 s"), (10_000, "Step 10 s"), (60_000, "Step 1 min")];

/// Pause, speed and steps.
#[component]
pub fn ClockControls(
    /// The backend in this page.
    demo: Loopback,
) -> AnyView {
    let store = use_store();
    let demo = StoredValue::new_local(demo);
    // What the clock says is read again after each change of ours, and as time goes on: other tabs set it too.
    let clock = RwSignal::new(demo.with_value(Loopback::clock));
    Effect::new(move |_| {
        store.now();
        let now = demo.with_value(Loopback::clock);
        if clock.with_untracked(|clock| *clock != now) {
            clock.set(now);
        }
    });
    let said = RwSignal::new(String::new());
    let change = move |change: fn(&Loopback, i64), value: i64| {
        demo.with_value(|demo| change(demo, value));
        clock.set(demo.with_value(Loopback::clock));
        said.set(String::new());
        store.poke();
    };
    let pause = move |_| {
        let paused = clock.with_untracked(|clock| clock.paused());
        change(|demo, paused| demo.set_paused(paused == 0), i64::from(paused));
    };
    let next = move |_| {
        let moved = demo.with_value(Loopback::step_to_next_event);
        change(|_, _| {}, 0);
        if !moved {
            said.set("Nothing is going to happen by itself.".into());
        }
    };
    view! {
        <section class="controls">
            <h3>"Clock"</h3>
            <p class="clock">
                <time role="timer" aria-label="World clock" datetime=move || machine_moment(store.now())>
                    {move || moment(store.now())}
                </time>
            </p>
            <div class="row">
                <button class="button small" type="button" on:click=pause>
                    <Icon name=Read::new(move || if clock.get().paused() { Glyph::Deploy } else { Glyph::Pause })/>
                    {move || if clock.get().paused() { "Resume" } else { "Pause" }}
                </button>
                <fieldset class="segments">
                    <legend class="visually-hidden">"Speed"</legend>
                    {SPEEDS
                        .map(|speed| {
                            view! {
                                <label>
                                    <input
                                        type="radio"
                                        name="speed"
                                        prop:checked=move || clock.get().speed() == speed
                                        on:change=move |_| {
                                            change(
                                                |demo, speed| demo.set_speed(u32::try_from(speed).unwrap_or(1)),
                                                i64::from(speed),
                                            )
                                        }
                                    />
                                    {format!("{speed}×")}
                                </label>
                            }
                        })}
                </fieldset>
            </div>
            <div class="row steps">
                {STEPS
                    .map(|(millis, words)| {
                        view! {
                            <button class="button small" type="button" on:click=move |_| change(Loopback::step, millis)>
                                {words}
                            </button>
                        }
                    })}
                <button class="button small" type="button" on:click=next>
                    <Icon name=Glyph::Step/>
                    "Next event"
                </button>
            </div>
            <p class="muted" role="status">{move || said.get()}</p>
        </section>
    }
}
