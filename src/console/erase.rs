//! One type for each kind of handler, whatever closure is in it: every type of its own costs kilobytes in the page.
//!
//! The view macro does the same for closures that stand in it as `move || …`, where the page is built with
//! `--cfg erase_components`; it cannot for handlers of events, and for views that are not always there.

use leptos::prelude::*;
use web_sys::{Event, FocusEvent, KeyboardEvent, MouseEvent};

/// A handler of clicks.
pub fn click(handler: impl FnMut(MouseEvent) + 'static) -> Box<dyn FnMut(MouseEvent)> {
    Box::new(handler)
}

/// A handler of `input`, `change`, `toggle`, `scroll` and the like.
pub fn event(handler: impl FnMut(Event) + 'static) -> Box<dyn FnMut(Event)> {
    Box::new(handler)
}

/// A handler of keys.
pub fn keys(handler: impl FnMut(KeyboardEvent) + 'static) -> Box<dyn FnMut(KeyboardEvent)> {
    Box::new(handler)
}

/// A handler of focus.
pub fn focus(handler: impl FnMut(FocusEvent) + 'static) -> Box<dyn FnMut(FocusEvent)> {
    Box::new(handler)
}

/// A view that is only sometimes there.
pub fn when(on: bool, view: impl FnOnce() -> AnyView) -> AnyView {
    if on { view() } else { ().into_any() }
}
