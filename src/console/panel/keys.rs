//! The list of keys; what they do is `keyboard`'s.

use leptos::prelude::*;

use crate::console::element::view;
use crate::console::parts::{Dialog, DialogForm};
use crate::console::route::use_route;

const KEYS: [(&str, &str); 11] = [
    ("/", "Search; Enter goes to the first row found"),
    ("j  ↓", "Next row"),
    ("k  ↑", "Previous row"),
    ("Home  End", "First row, last row"),
    ("Enter", "Open the row"),
    (".", "Open the row's Play menu"),
    ("x", "Select the row"),
    ("Shift + ↓ ↑", "Select a range"),
    ("Ctrl + a", "Select all rows of the list"),
    ("?", "This list"),
    ("Esc", "Back out: menu, panel, selection, search"),
];

/// The list of keys.
#[component]
pub fn Keys() -> AnyView {
    let route = use_route();
    view! {
        <Dialog form=DialogForm::Modal title="Keys".to_string() on_close=Callback::new(move |()| route.close_panel())>
            <div class="dialog-body">
                {list()}
            </div>
        </Dialog>
    }
}

/// The keys, each with what it does.
pub fn list() -> AnyView {
    let keys = KEYS.iter().map(|(key, words)| view! { <div><dt><kbd>{*key}</kbd></dt><dd>{*words}</dd></div> });
    view! { <dl class="keys">{keys.collect::<Vec<_>>()}</dl> }
}
