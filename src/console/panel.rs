//! Panels.

use leptos::prelude::*;

/// The open panel.
#[component]
pub fn Panels() -> impl IntoView {}
