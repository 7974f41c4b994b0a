//! A version: mono, short, and from → to while it changes.

use std::sync::Arc;

use leptos::prelude::*;

use super::icon::{Glyph, Icon};
use crate::console::element::{Child, view};
use crate::console::format::short_version;
use crate::console::read::Read;

/// The version that runs, and the one it is becoming.
#[component]
pub fn VersionLabel(
    /// What runs now.
    #[prop(into)]
    running: Read<Option<Arc<str>>>,
    /// What it is becoming, if it is another one.
    #[prop(into)]
    next: Read<Option<Arc<str>>>,
) -> AnyView {
    // What runs, and what it is becoming.
    let versions = Read::new(move || {
        let running = running.get();
        let next = next.get().filter(|next| running.as_ref() != Some(next));
        (running, next)
    });
    let titled = versions.clone();
    let title = move || match titled.get() {
        (Some(from), Some(to)) => format!("{from} → {to}"),
        (Some(one), None) | (None, Some(one)) => one.to_string(),
        (None, None) => String::new(),
    };
    let short = |version: Arc<str>| short_version(&version);
    view! {
        <span class="version" title=title>
            {move || match versions.get() {
                (None, None) => view! { <span class="muted">"–"</span> },
                (Some(one), None) | (None, Some(one)) => short(one).view(),
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
