//! Elements of one type: what follows a signal changes in place, what is another element takes its place, and items of a
//! list keep theirs.
#![cfg(target_arch = "wasm32")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use leptos::mount::{UnmountHandle, mount_to};
use leptos::prelude::*;
use leptos::task::tick;
use playhead::console::element::{Child, Element, IntoSlot, Item, Part, each};
use wasm_bindgen::JsCast;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};
use web_sys::{HtmlElement, HtmlInputElement};

wasm_bindgen_test_configure!(run_in_browser);

/// A place in the page, with a view in it for as long as the handle lives.
fn mounted<M: leptos::tachys::view::Mountable>(
    mount: impl FnOnce(HtmlElement) -> UnmountHandle<M>,
) -> (HtmlElement, UnmountHandle<M>) {
    let place: HtmlElement = document().create_element("div").unwrap().unchecked_into();
    document().body().unwrap().append_child(&place).unwrap();
    let handle = mount(place.clone());
    (place, handle)
}

/// What stands in it, without the comments that mark where views begin.
fn html(place: &HtmlElement) -> String {
    place.inner_html().replace("<!---->", "").replace("<!-- -->", "").replace("<!>", "")
}

#[wasm_bindgen_test]
async fn parts_follow_their_values_and_are_not_there_without_one() {
    let (title, on) = (RwSignal::new(Some("a".to_owned())), RwSignal::new(true));
    let (place, _handle) = mounted(|place| {
        mount_to(place, move || {
            let mut input = Element::new("input", &[("type", "checkbox")]);
            input.set(Part::Attribute, "title", (move || title.get()).slot());
            input.set(Part::Property, "checked", (move || on.get()).slot());
            input.set(Part::Class, "on", (move || on.get()).slot());
            input.set(Part::Style, "height", "3px".slot());
            input.set(Part::Attribute, "disabled", false.slot());
            input.view()
        })
    });
    let input: HtmlInputElement = place.query_selector("input").unwrap().unwrap().unchecked_into();
    assert_eq!(html(&place), r#"<input type="checkbox" title="a" class="on" style="height: 3px;">"#);
    assert!(input.checked());
    title.set(None);
    on.set(false);
    tick().await;
    assert_eq!(html(&place), r#"<input type="checkbox" class="" style="height: 3px;">"#);
    assert!(!input.checked());
    title.set(Some("b".to_owned()));
    tick().await;
    assert_eq!(input.title(), "b");
}

#[wasm_bindgen_test]
async fn the_same_element_is_changed_in_place_and_another_one_takes_its_place() {
    let state = RwSignal::new(1_usize);
    let pressed = RwSignal::new(0_usize);
    let button = move |words: String| {
        let mut button = Element::new("button", &[("type", "button")]);
        let by = state.get();
        button.on(leptos::ev::click, move |_| pressed.set(by));
        button.child(words.view());
        button.view()
    };
    let view = move || match state.get() {
        number @ (1 | 2) => button(format!("press {number}")),
        number => {
            let mut text = Element::new("p", &[]);
            text.child(number.view());
            text.view()
        }
    };
    let (place, _handle) = mounted(|place| mount_to(place, move || Child::view(view)));
    let first: HtmlElement = place.query_selector("button").unwrap().unwrap().unchecked_into();
    first.focus().unwrap();
    state.set(2);
    tick().await;
    assert_eq!(html(&place), r#"<button type="button">press 2</button>"#);
    assert!(document().active_element().is_some_and(|element| element == *first), "the focus stays");
    first.click();
    assert_eq!(pressed.get_untracked(), 2, "only the new handler runs");
    state.set(3);
    tick().await;
    assert_eq!(html(&place), "<p>3</p>");
    state.set(1);
    tick().await;
    assert_eq!(html(&place), r#"<button type="button">press 1</button>"#);
}

#[wasm_bindgen_test]
async fn items_that_stay_keep_their_elements_and_know_their_place() {
    let keys = RwSignal::new(vec![1_u128, 2, 3]);
    let item = |key: u128| {
        Item::new(key, move |at| {
            let mut element = Element::new("li", &[]);
            element.set(Part::Attribute, "data-at", (move || at.get()).slot());
            element.child(format!("item {key}").view());
            element.view()
        })
    };
    let (place, _handle) =
        mounted(|place| mount_to(place, move || each(move || keys.get().into_iter().map(item).collect())));
    let texts = || {
        let all = place.query_selector_all("li").unwrap();
        let text = |at| {
            let one: HtmlElement = all.item(at).unwrap().unchecked_into();
            format!("{}:{}", one.get_attribute("data-at").unwrap(), one.text_content().unwrap())
        };
        (0..all.length()).map(text).collect::<Vec<_>>()
    };
    let second = place.query_selector_all("li").unwrap().item(1).unwrap();
    assert_eq!(texts(), ["0:item 1", "1:item 2", "2:item 3"]);
    keys.set(vec![3, 2, 4]);
    tick().await;
    assert_eq!(texts(), ["0:item 3", "1:item 2", "2:item 4"]);
    assert!(second.is_connected(), "an item that stays is the same element");
    keys.set(Vec::new());
    tick().await;
    assert_eq!(texts(), [""; 0]);
}
