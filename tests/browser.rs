//! Tests that need a page around them; `cargo xtask test --only browser` runs them in headless Chromium.
#![cfg(target_arch = "wasm32")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_browser);

#[wasm_bindgen_test]
async fn the_console_mounts_into_the_page() {
    playhead::console::mount();
    leptos::task::tick().await;
    let body = leptos::prelude::document().body().expect("a page has a body");
    let text = body.text_content().unwrap_or_default();
    assert!(text.contains("Playhead"), "the page reads {text:?}");
}
