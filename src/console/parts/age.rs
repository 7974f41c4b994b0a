//! How long ago something was, ticking with the server's clock.

use leptos::prelude::*;

use crate::console::element::view;
use crate::console::format::{self, Millis};
use crate::console::state::use_store;

/// "3 min ago"; the moment itself stands in the title.
#[component]
pub fn Age(
    /// When it was.
    #[prop(into)]
    at: Signal<Millis>,
) -> AnyView {
    let store = use_store();
    let words = Memo::new(move |_| format::ago(store.now(), at.get()));
    view! {
        <time class="age" datetime=move || format::machine_moment(at.get()) title=move || format::moment(at.get())>
            {move || words.get()}
        </time>
    }
}
