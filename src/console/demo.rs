//! Demo controls: the clock, the world, the network and the faults of the backend in this page. Where the console talks
//! to a server there is none of this.

mod clock;
mod drop;
mod faults;
mod network;
mod world;

use leptos::prelude::*;

use super::parts::{Dialog, DialogForm};
use super::route::{Panel, use_route};
use super::state::use_store;
use crate::console::element::view;
use clock::ClockControls;
use faults::FaultControls;
use network::NetworkControls;
use world::WorldControls;

pub use drop::drop_zone;
pub use world::{World, opener};

/// The demo controls, beside the page so that it can be watched.
#[component]
pub fn DemoPanel() -> AnyView {
    let (store, route) = (use_store(), use_route());
    let demo = store.client().demo().cloned();
    view! {
        <Dialog
            form=DialogForm::Aside
            title="Demo controls"
            about="The backend runs in this page, by the same rules"
            on_close=move |()| route.close_panel()
        >
            <div class="dialog-body">
                {match demo {
                    Some(demo) => view! {
                        <ClockControls demo=demo.clone()/>
                        <FaultControls/>
                        <NetworkControls demo=demo/>
                        <WorldControls/>
                        <section class="controls">
                            <h3>"Connection"</h3>
                            <button class="button small" type="button" on:click=move |_| route.open_panel(Panel::Connection)>
                                "Connect to a server…"
                            </button>
                        </section>
                    },
                    None => view! { <p class="muted">"This console talks to a server: there is no demo to control."</p> },
                }}
            </div>
        </Dialog>
    }
}
