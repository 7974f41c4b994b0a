//! The console on a server that speaks the contract and nothing else: it works, and hides what it cannot know.
#![cfg(target_arch = "wasm32")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

#[path = "kit/fetch.rs"]
mod fetch;

use std::cell::RefCell;
use std::future::ready;
use std::sync::Arc;

use fetch::lead_fetch;
use js_sys::Promise;
use leptos::prelude::{document, window};
use playhead::api::Response;
use playhead::backend::Backend;
use playhead::client::Client;
use playhead::client::http::Http;
use playhead::console::ondemand::{Load, OnDemand};
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_browser);

/// 2026-01-05, a Monday, 12:00 UTC.
const NOW: i64 = 1_767_614_400_000;

/// Waits until the page has such an element.
async fn seen(selector: &str) -> web_sys::HtmlElement {
    for _ in 0..1_000 {
        if let Some(element) = document().query_selector(selector).unwrap() {
            return element.unchecked_into();
        }
        let frame = Promise::new(&mut |resolve, _| {
            window().request_animation_frame(&resolve).unwrap();
        });
        JsFuture::from(frame).await.unwrap();
    }
    panic!("no {selector} in: {}", document().body().unwrap().inner_text());
}

#[wasm_bindgen_test]
async fn both_lists_and_the_menu_work_on_the_contract_alone() {
    let backend = RefCell::new(Backend::scenario("shop", 1, NOW));
    lead_fetch(move |request| {
        let ours = request.path.starts_with("/x");
        Some(if ours { Response::new(404) } else { backend.borrow_mut().handle(&request, NOW) })
    });
    let whole: Load = Arc::new(|| Box::pin(ready(Ok(OnDemand::all()))));
    playhead::console::mount(Client::http(Http::new("/api/")), whole);

    let staging = seen("tr[aria-label=staging]").await;
    assert!(staging.inner_text().contains("Build error"), "{}", staging.inner_text());
    staging.query_selector("a").unwrap().unwrap().unchecked_into::<web_sys::HtmlElement>().click();

    let service = seen("tr[aria-label=checkout-api]").await.inner_text();
    assert!(service.contains("Deployment OK"), "{service}");
    assert!(service.contains("Unknown"), "pods are not told, so none are shown: {service}");

    seen("tr[aria-label=checkout-api] .play").await.click();
    seen("[role=menuitem]").await;
    let items = document().query_selector_all("[role=menuitem]").unwrap();
    let mut items = (0..items.length()).map(|at| items.item(at).unwrap().unchecked_into::<web_sys::HtmlElement>());
    let stop = items.find(|item| item.inner_text().trim() == "Stop").expect("every action is in the menu");
    assert_eq!(stop.get_attribute("aria-disabled"), None, "what is unknown refuses nothing");
    stop.click();
    seen("dialog[open]").await;
}
