//! The console: markup and input over the client; no rule of its own.

pub mod route;
pub mod state;

use leptos::prelude::*;

/// Mounts the console into the page.
pub fn mount() {
    leptos::mount::mount_to_body(|| view! { <h1>"Playhead"</h1> });
}
