//! A world file that is dropped on the page. It comes with the page, so that no drop is missed; what opens the file is
//! loaded for it.

use leptos::ev;
use leptos::prelude::*;
use leptos::web_sys::{DragEvent, File};
use send_wrapper::SendWrapper;
use wasm_bindgen::JsValue;

use crate::console::element::{Child, view};
use crate::console::state::use_store;

/// The file that was dropped, until it is opened.
#[derive(Clone, Copy)]
pub struct Dropped(RwSignal<Option<SendWrapper<File>>>);

impl Dropped {
    /// Takes the file, if there is one; reactive.
    pub fn take(self) -> Option<File> {
        let file = self.0.get();
        if file.is_some() {
            self.0.update_untracked(|file| *file = None);
        }
        file.map(SendWrapper::take)
    }
}

/// What the drop zone of the page took.
pub fn use_dropped() -> Dropped {
    expect_context()
}

/// Takes a file that is dropped on the page, and calls `taken`. Mounted once, by the panels; nothing where there is no demo.
pub fn drop_zone(taken: impl Fn() + 'static) -> AnyView {
    let (over, dropped) = (RwSignal::new(false), RwSignal::new(None));
    provide_context(Dropped(dropped));
    if use_store().client().demo().is_none() {
        return ().into_any();
    }
    let drag = window_event_listener(ev::dragover, move |event| {
        if has_file(&event) {
            event.prevent_default();
            over.set(true);
        }
    });
    // Leaving the window, not one of its elements.
    let leave = window_event_listener(ev::dragleave, move |event| {
        if event.related_target().is_none() {
            over.set(false);
        }
    });
    let drop = window_event_listener(ev::drop, move |event| {
        over.set(false);
        if has_file(&event) {
            event.prevent_default();
            let files = event.data_transfer().and_then(|data| data.files());
            dropped.set(files.and_then(|files| files.get(0)).map(SendWrapper::new));
            taken();
        }
    });
    on_cleanup(move || {
        drag.remove();
        leave.remove();
        drop.remove();
    });
    Child::view(move || {
        over.get().then(|| view! { <div class="drop-zone" aria-hidden="true">"Drop the world file to open it"</div> })
    })
}

fn has_file(event: &DragEvent) -> bool {
    event.data_transfer().is_some_and(|data| data.types().includes(&JsValue::from_str("Files"), 0))
}
