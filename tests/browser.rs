//! Tests that need a page around them; `cargo xtask test --only browser` runs them in headless Chromium.
#![cfg(target_arch = "wasm32")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use std::future::ready;
use std::sync::Arc;

use playhead::client::loopback::Home;
use playhead::client::loopback::journal::Opening;
use playhead::client::{Client, Loopback};
use playhead::console::ondemand::{Load, OnDemand};
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_browser);

/// 2023-11-14.
const NOW: i64 = 1_700_000_000_000;

#[wasm_bindgen_test]
async fn the_console_mounts_into_the_page() {
    let opening = Opening { scenario: "shop".to_owned(), seed: 1, at: NOW };
    let loopback = Loopback::new(Home::new(opening, NOW));
    let whole: Load = Arc::new(|| Box::pin(ready(Ok(OnDemand::all()))));
    playhead::console::mount(Client::loopback(loopback), whole);
    leptos::task::tick().await;
    let body = leptos::prelude::document().body().expect("a page has a body");
    let text = body.text_content().unwrap_or_default();
    assert!(text.contains("Playhead"), "the page reads {text:?}");
}
