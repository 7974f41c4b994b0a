//! One of a few: a radio button with its words.

use leptos::prelude::*;

use crate::console::element::view;

/// A choice of the group `name`: whether it is made, and what makes it.
pub fn choice(
    name: &'static str,
    words: &'static str,
    made: impl Fn() -> bool + 'static,
    make: impl Fn() + 'static,
) -> AnyView {
    view! {
        <label class="check">
            <input type="radio" name=name prop:checked=made on:change=move |_| make()/>
            {words}
        </label>
    }
}
