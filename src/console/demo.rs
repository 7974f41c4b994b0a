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
use crate::console::element::{Child, view};
use clock::ClockControls;
use faults::FaultControls;
use network::NetworkControls;
use world::WorldControls;

pub use drop::drop_zone;
pub use world::{World, opener};

/// The permanent mark in the header that opens the controls; nothing where there is no demo.
#[component]
pub fn DemoMark() -> AnyView {
    let (store, route) = (use_store(), use_route());
    let open = move || route.panel() == Some(Panel::Demo);
    let toggle = move |_| {
        if route.place().with_untracked(|place| place.panel) == Some(Panel::Demo) {
            route.close_panel();
        } else {
            route.open_panel(Panel::Demo);
        }
    };
    Child::view(store.client().demo().is_some().then(|| {
        view! {
            <button
                class="button small demo-mark"
                type="button"
                aria-haspopup="dialog"
                aria-expanded=move || if open() { "true" } else { "false" }
                title="The backend runs in this page. Open its controls."
                on:click=toggle
            >
                "Demo"
            </button>
        }
    }))
}

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
                    },
                    None => view! { <p class="muted">"This console talks to a server: there is no demo to control."</p> },
                }}
            </div>
        </Dialog>
    }
}
