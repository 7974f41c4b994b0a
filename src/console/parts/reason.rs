//! Why something is refused, and what would make it available.

use leptos::prelude::*;

use super::status::Tone;
use crate::console::element::view;
use crate::console::offer::Refused;

/// A refusal in words: why, and then what would help.
#[component]
pub fn Reason(
    /// The rule's answer.
    refusal: Refused,
) -> AnyView {
    view! {
        <span class="reason">
            {format!("{}. ", refusal.why())} <span class="remedy">{format!("{}.", refusal.remedy())}</span>
        </span>
    }
}

/// A small tag: a word that qualifies the thing beside it ("running", "desired", "out of date").
#[component]
pub fn Mark(
    /// The word.
    #[prop(into)]
    word: String,
    /// Its colour, if it says how something is; none for plain facts.
    #[prop(optional)]
    tone: Option<Tone>,
) -> AnyView {
    view! { <span class="mark" data-tone=tone.map(Tone::name)>{word}</span> }
}
