//! The console: markup and input over the client; no rule of its own.

pub mod format;
pub mod parts;
pub mod route;
pub mod state;
pub mod theme;

use leptos::prelude::*;

/// Mounts the console into the page.
pub fn mount() {
    leptos::mount::mount_to_body(|| view! { <h1>"Playhead"</h1> });
}
