//! A version: mono, short, and from → to while it changes.

use std::sync::Arc;

use leptos::prelude::*;

use super::icon::{Glyph, Icon};
use crate::console::element::view;
use crate::console::format::short_version;

/// The version that runs, and the one it is becoming.
#[component]
pub fn VersionLabel(
    /// What runs now.
    #[prop(into)]
    running: Signal<Option<Arc<str>>>,
    /// What it is becoming, if it is another one.
    #[prop(into)]
    next: Signal<Option<Arc<str>>>,
) -> AnyView {
    let changes = move || next.get().filter(|next| running.get().as_ref() != Some(next));
    let title = move || match (running.get(), changes()) {
        (Some(from), Some(to)) => format!("{from} → {to}"),
        (Some(one), None) | (None, Some(one)) => one.to_string(),
        (None, None) => String::new(),
    };
    let short = |version: Arc<str>| short_version(&version).to_owned();
    view! {
        <span class="version" title=title>
            {move || match (running.get(), changes()) {
                (None, None) => view! { <span class="muted">"–"</span> },
                (Some(one), None) | (None, Some(one)) => short(one).into_any(),
                (Some(from), Some(to)) => {
                    view! {
                        <span class="from">{short(from)}</span>
                        <Icon name=Glyph::Arrow/>
                        <span class="visually-hidden">" to "</span>
                        {short(to)}
                    }
                }
            }}
        </span>
    }
}
