//! Why a server is not reached: a browser tells a page next to nothing of it; this says no more than is certain.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use gloo_net::http::Request;
use leptos::ev::Custom;
use leptos::leptos_dom::helpers::WindowListenerHandle;
use leptos::prelude::*;
use web_sys::{AbortSignal, RequestCache, RequestCredentials, RequestMode, SecurityPolicyViolationEvent};

use crate::api::http::is_this_machine;
use crate::client::timer;

/// Milliseconds to wait for a sign of it.
const SIGN: u32 = 5_000;

/// Listens whether the page's own policy keeps a request from a server, from before it is sent.
pub struct Watch {
    barred: Arc<AtomicBool>,
    listener: WindowListenerHandle,
}

impl Watch {
    /// Of requests to an address, which follow no redirection.
    pub fn new(base: &str) -> Watch {
        let barred = Arc::new(AtomicBool::new(false));
        let (seen, base) = (barred.clone(), base.to_owned());
        let violation = Custom::<SecurityPolicyViolationEvent>::new("securitypolicyviolation");
        let listener = window_event_listener(violation, move |event| {
            if event.effective_directive() == "connect-src" && event.blocked_uri().starts_with(&base) {
                seen.store(true, Ordering::Relaxed);
            }
        });
        Watch { barred, listener }
    }

    /// Ends it: nothing went wrong, or something else did.
    pub fn end(self) {
        self.listener.remove();
    }

    /// Why the server at the address, a scheme with a host and a path, was not reached a moment ago. It is asked once more,
    /// without the token, whether it answers anybody at all.
    pub async fn why(self, base: &str, ours: bool) -> String {
        // What the policy kept from being sent is said after the request has failed.
        timer::pause(0).await;
        let barred = self.barred.load(Ordering::Relaxed);
        self.end();
        let page = window().location().origin().unwrap_or_default();
        let (scheme, rest) = base.split_once("://").unwrap_or_default();
        let host = rest.split('/').next().unwrap_or_default();
        if barred {
            return format!(
                "This page may talk only to the servers that it was built for, and {host} is none of them. To build it for \
                 this one: cargo xtask build --connect {scheme}://{host}"
            );
        }
        if !window().navigator().on_line() && !is_this_machine(host) {
            return "This device is not connected to a network.".to_owned();
        }
        match (answers(base).await, ours) {
            (true, true) => format!(
                "{host} answers, but not so that this page may read it. A Playhead server lets this page read when it is \
                 started with --allow-origin {page}; its address ends in /api."
            ),
            (true, false) => format!(
                "{host} answers, but not so that this page may read it: it may let other pages only, or redirect. A Playhead \
                 server passes everything on to it: playhead serve --upstream {base} --console dist, with the token in \
                 PLAYHEAD_UPSTREAM_TOKEN."
            ),
            (false, _) => format!(
                "No answer from {host} came to this page. It may be down, slow or at another address, its certificate may \
                 not be in order, or this browser may keep the page from it."
            ),
        }
    }
}

/// Whether there comes an answer of any kind, which the page need not be allowed to read.
async fn answers(base: &str) -> bool {
    let asked = Request::get(base)
        .mode(RequestMode::NoCors)
        .credentials(RequestCredentials::Omit)
        .cache(RequestCache::NoStore)
        .abort_signal(Some(&AbortSignal::timeout_with_u32(SIGN)))
        .send();
    asked.await.is_ok()
}
