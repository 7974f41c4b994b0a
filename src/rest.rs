//! What does not come with the page (see `console::ondemand`), and the seam at which it is cut off.
//!
//! With the feature `split`, `cargo xtask build` makes two programs of this one: what only [`seam::rest`] reaches becomes
//! a file of its own, fetched at the first call. Without, it is all one program.

use std::pin::Pin;
use std::rc::Rc;

use js_sys::Promise;
use leptos::prelude::document;
use playhead::backend;
use playhead::client::Loopback;
use playhead::client::loopback::{Keeping, keeper};
use playhead::console::ondemand::{Loading, NotLoaded, OnDemand, tell_later};
use playhead::console::{connection, toast};
use wasm_bindgen_futures::JsFuture;

/// Something that takes a while.
type Doing = Pin<Box<dyn Future<Output = ()>>>;

/// All that is behind the seam.
pub struct Rest {
    console: OnDemand,
    backend: backend::Rest,
    keep: fn(Loopback, String) -> Doing,
    style: fn() -> Doing,
}

impl Rest {
    fn all() -> Rest {
        Rest { console: OnDemand::all(), backend: backend::REST, keep, style }
    }
}

/// Loads it. The backend in the page, if there is one, is told how to answer everything, and its world, called
/// as given, is kept from then on.
pub fn load(demo: Option<(Loopback, String)>) -> Loading {
    Box::pin(async move {
        let rest = seam::rest().await.map_err(|_| NotLoaded)?;
        (rest.style)().await;
        if let Some((loopback, world)) = demo {
            loopback.set_rest(rest.backend);
            if matches!(loopback.keeping(), Keeping::NotYet) {
                (rest.keep)(loopback, world).await;
            }
        }
        Ok(rest.console)
    })
}

/// Brings the style of all this, where the page has it in a file of its own; whoever waits sees nothing without it.
fn style() -> Doing {
    Box::pin(async {
        let told = document().query_selector("meta[name=playhead-style]").ok().flatten();
        let Some(told) = told else { return };
        told.remove();
        let Ok(link) = document().create_element("link") else { return };
        let text = |name: &str| told.get_attribute(name).unwrap_or_default();
        let attributes = [
            ("rel", "stylesheet"),
            ("href", &text("content")),
            ("integrity", &text("data-integrity")),
            ("crossorigin", "anonymous"),
        ];
        for (name, value) in attributes {
            // Names and values that can be set.
            let _ = link.set_attribute(name, value);
        }
        let over = Promise::new(&mut |resolve, _| {
            for event in ["load", "error"] {
                let _ = link.add_event_listener_with_callback(event, &resolve);
            }
        });
        let _ = document().head().map(|head| head.append_child(&link));
        // Without its style it can be used all the same.
        let _ = JsFuture::from(over).await;
    })
}

fn tell(words: String, why: String) {
    if connection::is_open() { toast::failed(words, why) } else { tell_later(words, why) }
}

/// Keeps a world; what goes wrong with that is told by toasts, before there is a console as soon as there is.
fn keep(loopback: Loopback, world: String) -> Doing {
    Box::pin(async move { keeper::keep(&loopback, &world, Rc::new(tell)).await })
}

#[cfg(feature = "split")]
mod seam {
    #![allow(unsafe_code, reason = "the seam is a function that is imported from another file: the macro declares it")]

    use wasm_split_helpers::{SplitLoaderError, wasm_split};

    use super::Rest;

    /// Loads the other program.
    #[wasm_split(rest, fallible)]
    pub fn rest() -> Result<Box<Rest>, SplitLoaderError> {
        Ok(Box::new(Rest::all()))
    }
}

#[cfg(not(feature = "split"))]
mod seam {
    use std::convert::Infallible;

    use super::Rest;

    /// It is there already.
    pub async fn rest() -> Result<Rest, Infallible> {
        Ok(Rest::all())
    }
}
