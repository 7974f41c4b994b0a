//! Keys. Never while somebody types, and never under a dialog or menu.

use std::sync::Arc;

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{HtmlElement, KeyboardEvent};

use super::list::Lines;
use super::route::{Panel, use_route};
use super::state::use_store;

/// Keys that work everywhere.
pub fn everywhere() {
    let route = use_route();
    let store = use_store();
    let listener = window_event_listener(leptos::ev::keydown, move |event| {
        if event.default_prevented() || event.ctrl_key() || event.meta_key() || event.alt_key() || covered() {
            return;
        }
        let typing = typing(&event);
        match event.key().as_str() {
            "/" if !typing => {
                if let Some(search) = element("input[type=search]") {
                    event.prevent_default();
                    let _ = search.focus();
                }
            }
            "?" if !typing => {
                event.prevent_default();
                route.open_panel(Panel::Keys);
            }
            "Escape" if typing => {
                if route.place().with_untracked(|place| !place.search.is_empty()) {
                    event.prevent_default();
                    route.search(String::new());
                } else if let Some(field) = focused() {
                    let _ = field.blur();
                }
            }
            "Escape" if store.selection().with_untracked(|selection| selection.count() > 0) => {
                event.prevent_default();
                store.selection().update(|selection| selection.clear());
            }
            _ => {}
        }
    });
    on_cleanup(move || listener.remove());
}

/// Keys that move between the rows of a table. Returns the row where the reader is.
pub fn rows(lines: Signal<Arc<Lines>>, selectable: bool, reveal: Box<dyn Fn(usize)>) -> RwSignal<Option<u128>> {
    let store = use_store();
    let cursor = RwSignal::new(None);
    let go = move |key: Option<u128>| {
        let Some(key) = key else { return };
        cursor.set(Some(key));
        if let Some(line) = lines.with_untracked(|lines| lines.at(key)) {
            reveal(line);
        }
        if row_element(key).is_some() {
            return focus_row(key);
        }
        // The row is in the document only after the table has followed the scroll. Whoever types by then goes on typing.
        request_animation_frame(move || {
            request_animation_frame(move || {
                if !focused().is_some_and(|element| is_field(&element)) {
                    focus_row(key);
                }
            })
        });
    };
    let listener = window_event_listener(leptos::ev::keydown, move |event| {
        if event.default_prevented() || event.meta_key() || event.alt_key() || covered() {
            return;
        }
        if typing(&event) {
            // From the search to what it has found.
            if matches!(event.key().as_str(), "Enter" | "ArrowDown") && in_search(&event) {
                event.prevent_default();
                go(lines.with_untracked(|lines| lines.keys().next()));
            }
            return;
        }
        let on_control = on_control();
        let key = event.key();
        if event.ctrl_key() {
            if key == "a" && selectable {
                event.prevent_default();
                let all: Vec<u128> = lines.with_untracked(|lines| lines.keys().collect());
                store.selection().update(|selection| selection.add(&all));
            }
            return;
        }
        let here = cursor.get_untracked();
        let to = match key.as_str() {
            "j" | "J" | "ArrowDown" => lines.with_untracked(|lines| step(lines, here, 1)),
            "k" | "K" | "ArrowUp" => lines.with_untracked(|lines| step(lines, here, -1)),
            "PageDown" => lines.with_untracked(|lines| step(lines, here, 12)),
            "PageUp" => lines.with_untracked(|lines| step(lines, here, -12)),
            "Home" => lines.with_untracked(|lines| lines.keys().next()),
            "End" => lines.with_untracked(|lines| lines.keys().next_back()),
            "x" if selectable => {
                event.prevent_default();
                if let Some(here) = here {
                    store.selection().update(|selection| selection.toggle(here));
                }
                return;
            }
            "Enter" if !on_control => {
                event.prevent_default();
                let Some(row) = here.and_then(row_element) else { return };
                let opens = row.query_selector("a.name, .play").ok().flatten();
                if let Some(opens) = opens.and_then(|opens| opens.dyn_into::<HtmlElement>().ok()) {
                    opens.click();
                }
                return;
            }
            "." => {
                let play = here.and_then(row_element).and_then(|row| row.query_selector(".play").ok().flatten());
                if let Some(play) = play.and_then(|play| play.dyn_into::<HtmlElement>().ok()) {
                    event.prevent_default();
                    play.click();
                }
                return;
            }
            _ => return,
        };
        event.prevent_default();
        if let (true, true, Some(to)) = (selectable, event.shift_key(), to) {
            let all: Vec<u128> = lines.with_untracked(|lines| lines.keys().collect());
            store.selection().update(|selection| selection.range(here.unwrap_or(to), to, &all));
        }
        go(to);
    });
    on_cleanup(move || listener.remove());
    cursor
}

/// The row so many rows further; from nowhere: the first.
fn step(lines: &Lines, from: Option<u128>, by: isize) -> Option<u128> {
    let keys: Vec<u128> = lines.keys().collect();
    let here = from.and_then(|from| keys.iter().position(|key| *key == from));
    let to = match here {
        Some(here) => here.saturating_add_signed(by).min(keys.len().saturating_sub(1)),
        None => 0,
    };
    keys.get(to).copied()
}

fn row_element(key: u128) -> Option<HtmlElement> {
    document().get_element_by_id(&format!("row-{key:x}")).and_then(|row| row.dyn_into().ok())
}

/// Puts the focus on a row.
pub fn focus_row(key: u128) {
    if let Some(row) = row_element(key) {
        let _ = row.focus();
    }
}

fn element(selector: &str) -> Option<HtmlElement> {
    document().query_selector(selector).ok().flatten().and_then(|element| element.dyn_into().ok())
}

fn focused() -> Option<HtmlElement> {
    document().active_element().and_then(|element| element.dyn_into().ok())
}

/// Whether a modal dialog or a menu lies over the page and has the keys.
fn covered() -> bool {
    element("dialog:modal, [popover]:popover-open").is_some()
}

/// Whether the key goes into a field.
fn typing(event: &KeyboardEvent) -> bool {
    let target = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
    target.is_some_and(|target| is_field(&target))
}

fn is_field(element: &web_sys::Element) -> bool {
    let field = "input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable=true]";
    element.matches(field).unwrap_or(false)
}

/// Whether the key goes into the search of the list.
fn in_search(event: &KeyboardEvent) -> bool {
    let target = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
    target.is_some_and(|target| target.matches("[role=search] input[type=search]").unwrap_or(false))
}

/// Whether the focus is on something that does something of its own on Enter.
fn on_control() -> bool {
    focused().is_some_and(|element| element.matches("a, button, summary, input").unwrap_or(false))
}
