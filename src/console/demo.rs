//! Demo controls.

use leptos::prelude::*;

/// The permanent "Demo" mark.
#[component]
pub fn DemoMark() -> impl IntoView {}
