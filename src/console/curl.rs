//! "Copy as curl": an order as a line for a shell. It holds no token: whoever runs it has their own.

use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen_futures::JsFuture;

use super::connection;
use super::element::{Child, view};
use super::legible::plain;
use super::state::{Order, Store, use_store};
use super::toast;

/// A quiet button that copies what would be sent. Nothing where there is nothing to send.
#[component]
pub fn CopyCurl(
    /// What would be sent now.
    #[prop(into)]
    order: Signal<Option<Order>>,
) -> AnyView {
    let store = use_store();
    let there = Memo::new(move |_| order.with(Option::is_some));
    Child::view(move || {
        there.get().then(|| {
            let copy = move |_| {
                if let Some(order) = order.get_untracked() {
                    copy(store, order);
                }
            };
            view! { <button class="button quiet small copy-curl" type="button" on:click=copy>"Copy as curl"</button> }
        })
    })
}

/// Copies it, and says so.
pub fn copy(store: Store, order: Order) {
    let line = match store.request(order).request() {
        Ok(request) => {
            let client = store.client();
            let base = client.address().map(connection::absolute);
            crate::client::curl::line(&request, base.as_deref(), client.scheme())
        }
        Err(error) => return toast::failed("There is no such command".to_owned(), error.to_string()),
    };
    spawn_local(async move {
        // A page that did not come over https has no clipboard: then the line is shown, to be copied by hand.
        let clipboard = js_sys::Reflect::get(&window().navigator(), &"clipboard".into());
        let copied = match clipboard.is_ok_and(|clipboard| !clipboard.is_undefined()) {
            true => JsFuture::from(window().navigator().clipboard().write_text(&line)).await.is_ok(),
            false => false,
        };
        let words = "The browser does not let the page copy. This is the command".to_owned();
        match copied {
            true => toast::done("Copied as a curl command".to_owned()),
            // Another line than is seen would be another command.
            false if plain(line.as_str().into()) == line => toast::failed(words, line),
            false => {
                let why = "The command is too long to be shown, or holds what nobody sees.";
                toast::failed("The browser does not let the page copy".to_owned(), why.to_owned());
            }
        }
    });
}
