//! The server's own word that something changed, where it gives one: the next round is asked for at once, and rounds by
//! the clock become rare. A stream that breaks is opened again by the browser where it can; until then
//! the clock is back.

use leptos::leptos_dom::helpers::window_event_listener_untyped;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::EventSource;

use super::{Store, poll};
use crate::client::Loopback;

/// Listens, for as long as the page lives.
pub fn start(store: Store) {
    if let Some(demo) = store.client().demo() {
        other_tabs(store, demo);
    }
    let Some(source) = store.client.with_value(|client| client.events()).and_then(|url| EventSource::new(&url).ok())
    else {
        return;
    };
    let heard = move |pushed: bool| {
        let before = store.poll.try_update_value(|poll| std::mem::replace(&mut poll.pushed, pushed));
        // Whatever was missed while there was no stream; or the clock is to begin again.
        if before.is_some_and(|before| before != pushed) {
            poll::poke(store);
        }
    };
    let change = Closure::<dyn Fn()>::new(move || {
        heard(true);
        if !poll::hidden() {
            poll::hear(store);
        }
    });
    let broken = Closure::<dyn Fn()>::new(move || heard(false));
    // A listener that cannot be added leaves the clock.
    let _ = source.add_event_listener_with_callback("change", change.as_ref().unchecked_ref());
    source.set_onerror(Some(broken.as_ref().unchecked_ref()));
    let kept = send_wrapper::SendWrapper::new((source, change, broken));
    on_cleanup(move || kept.0.close());
}

/// The world of the page is that of other tabs too. Before anything is kept of it nobody listens to them; the browser
/// tells when one of them begins.
fn other_tabs(store: Store, demo: &Loopback) {
    demo.on_change(move || poll::hear(store));
    let begun = window_event_listener_untyped("storage", move |_| store.loader.foresee());
    on_cleanup(move || begun.remove());
}
