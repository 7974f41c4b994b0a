//! Light, dark, or as the system says: one attribute of the root element, remembered in this browser.

use leptos::prelude::*;

use super::parts::{Glyph, Icon};
use crate::console::element::view;
use crate::console::read::Read;

/// Where the choice is kept.
const KEY: &str = "playhead.theme";

/// What the reader chose.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Theme {
    /// As the system says.
    #[default]
    Auto,
    /// Always light.
    Light,
    /// Always dark.
    Dark,
}

impl Theme {
    /// Every choice, in the order they follow each other.
    pub const ALL: [Theme; 3] = [Theme::Auto, Theme::Light, Theme::Dark];

    /// Its name, in the attribute and in storage.
    pub fn name(self) -> &'static str {
        match self {
            Theme::Auto => "auto",
            Theme::Light => "light",
            Theme::Dark => "dark",
        }
    }

    /// The words a person reads.
    pub fn words(self) -> &'static str {
        match self {
            Theme::Auto => "as the system",
            Theme::Light => "light",
            Theme::Dark => "dark",
        }
    }

    fn glyph(self) -> Glyph {
        match self {
            Theme::Auto => Glyph::Auto,
            Theme::Light => Glyph::Light,
            Theme::Dark => Glyph::Dark,
        }
    }

    fn next(self) -> Theme {
        match self {
            Theme::Auto => Theme::Light,
            Theme::Light => Theme::Dark,
            Theme::Dark => Theme::Auto,
        }
    }

    /// The choice of last time; storage that is closed to us counts as no choice.
    fn remembered() -> Theme {
        let name = storage().and_then(|storage| storage.get_item(KEY).ok().flatten());
        Theme::ALL.into_iter().find(|theme| Some(theme.name()) == name.as_deref()).unwrap_or_default()
    }

    /// Makes it so, now and next time.
    fn apply(self) {
        if let Some(root) = document().document_element() {
            // Neither can fail on a root element and a name of ours; a full storage only forgets the choice.
            let _ = root.set_attribute("data-theme", self.name());
        }
        if let Some(storage) = storage() {
            let _ = storage.set_item(KEY, self.name());
        }
    }
}

fn storage() -> Option<leptos::web_sys::Storage> {
    window().local_storage().ok().flatten()
}

/// Makes the choice of last time so, and every other one; once, at the root.
pub fn provide_theme() {
    let theme = RwSignal::new(Theme::remembered());
    Effect::new(move |_| theme.get().apply());
    provide_context(theme);
}

/// The choice of the root.
pub fn use_theme() -> RwSignal<Theme> {
    expect_context()
}

/// One button that goes round: as the system, light, dark.
#[component]
pub fn ThemeSwitch() -> AnyView {
    let theme = use_theme();
    view! {
        <button
            class="button quiet square theme-switch"
            type="button"
            aria-label=move || format!("Theme: {}. Change to {}", theme.get().words(), theme.get().next().words())
            title=move || format!("Theme: {}", theme.get().words())
            on:click=move |_| theme.update(|theme| *theme = theme.next())
        >
            <Icon name=Read::new(move || theme.get().glyph())/>
        </button>
    }
}
