//! Follows what becomes of a request, beside the rounds.

use std::time::Duration;

use leptos::leptos_dom::helpers::set_interval_with_handle;
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::{Store, poll};
use crate::api::outcome::Outcome;
use crate::client::Error;
use crate::lifecycle::RequestId;

/// What the server says of a request; `None`: that there is no such one.
pub type Told = Result<Option<Outcome>, Error>;

/// Asks now and then again and again for as long as there is a `request` to ask after. One answer at a time, and none while
/// nobody looks, while the server does not answer, or before it wants to be asked (`poll`).
pub fn follow(
    store: Store,
    every: Duration,
    request: impl Fn() -> Option<RequestId> + 'static,
    take: impl Fn(Told) + Clone + 'static,
) {
    let asking = StoredValue::new(false);
    let ask = move || {
        let Some(request) = request().filter(|_| asking.try_get_value() == Some(false)) else { return };
        asking.set_value(true);
        let take = take.clone();
        spawn_local(async move {
            let told = store.client().outcome(request).await;
            match &told {
                Ok(Some(_)) => {}
                // Whether the server is well at all, the next round tells.
                Ok(None) => poll::poke(store),
                Err(error) => {
                    poll::heed(store, error);
                    poll::poke(store);
                }
            }
            take(told);
            asking.try_set_value(false);
        });
    };
    ask();
    let again = move || {
        if poll::may_ask(store) {
            ask();
        }
    };
    // Without a timer what was last known stays.
    if let Ok(timer) = set_interval_with_handle(again, every) {
        on_cleanup(move || timer.clear());
    }
}
