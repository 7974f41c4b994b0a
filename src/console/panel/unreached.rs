//! Why a server is not reached: a browser tells a page next to nothing of it; this says as much as is certain.

use std::cell::Cell;
use std::rc::Rc;

use gloo_net::http::Request;
use leptos::leptos_dom::helpers::window_event_listener_untyped;
use leptos::prelude::*;
use web_sys::{AbortSignal, RequestCache, RequestCredentials, RequestMode};

use crate::client::timer;

/// Milliseconds to wait for a sign of it.
const SIGN: u32 = 5_000;

/// Why the server at an address, a scheme with a host and a path, was not reached a moment ago. It is asked once more, without
/// the token, whether it answers anybody at all.
pub async fn why(base: &str) -> String {
    if !window().navigator().on_line() {
        return "This device is not connected to a network.".to_owned();
    }
    let page = window().location().origin().unwrap_or_default();
    let (scheme, rest) = base.split_once("://").unwrap_or_default();
    let host = rest.split('/').next().unwrap_or_default();
    match sign(base).await {
        Sign::Barred => format!(
            "This page was built to talk to other servers, and {host} is none of them. Build one that may (cargo xtask build \
             --connect {scheme}://{host}), or open the page of a Playhead server that passes everything on (playhead serve \
             --upstream {base})."
        ),
        Sign::Answers => format!(
            "{host} answers, and lets no page of {page} read it; or it sends on to another address. A Playhead server lets \
             this page when it is started with --allow-origin {page}, at an address that ends in /api. Any other is reached \
             through one: playhead serve --upstream {base}."
        ),
        Sign::None => format!(
            "Nothing that this browser takes for an answer comes from {host}: it is down, the address is another's, or its \
             certificate is not in order."
        ),
    }
}

/// What there is of a server.
enum Sign {
    /// The page's own policy keeps it from asking.
    Barred,
    /// An answer that the page may not read.
    Answers,
    /// Nothing.
    None,
}

async fn sign(base: &str) -> Sign {
    let barred = Rc::new(Cell::new(false));
    let seen = send_wrapper::SendWrapper::new(barred.clone());
    let listener = window_event_listener_untyped("securitypolicyviolation", move |_| seen.set(true));
    let asked = Request::get(base)
        .mode(RequestMode::NoCors)
        .credentials(RequestCredentials::Omit)
        .cache(RequestCache::NoStore)
        .abort_signal(Some(&AbortSignal::timeout_with_u32(SIGN)))
        .send()
        .await;
    // What the policy kept from being sent is said after the request has failed.
    timer::pause(0).await;
    listener.remove();
    match asked {
        _ if barred.get() => Sign::Barred,
        Ok(_) => Sign::Answers,
        Err(_) => Sign::None,
    }
}
