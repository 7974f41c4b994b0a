//! What is shown, and since when it is known to be so. There are two lists, and only the one that is looked at is asked for.

use leptos::prelude::*;

use super::Store;

/// Each list is as old as it is: the other one was asked for meanwhile.
pub fn show_age(store: Store) {
    let shown = match is_list(store) {
        true => store.poll.with_value(|poll| poll.environments_at),
        false if store.loaded.get_untracked() == store.focus.get_untracked() => {
            store.poll.with_value(|poll| poll.services_at)
        }
        false => None,
    };
    if shown.is_some() {
        store.contact.update(|contact| contact.answered = shown);
    }
}

/// Whether it is the list of environments that is known or not: on their page, and on one that needs nothing else.
pub fn is_list(store: Store) -> bool {
    store.route.place().with_untracked(|place| place.page.environment().is_none())
}

/// The list of environments is known to be as it is shown.
pub fn environments_known(store: Store) {
    store.poll.update_value(|poll| poll.environments_at = Some(js_sys::Date::now()));
}

/// How the services of the focus are doing was told.
pub fn services_known(store: Store) {
    let now = js_sys::Date::now();
    store.poll.update_value(|poll| poll.services_at = Some(now));
    store.contact.update(|contact| {
        contact.now = now;
        if !is_list(store) {
            contact.answered = Some(now);
        }
    });
}

/// Shows nothing of the environment that was looked at.
pub fn forget_services(store: Store) {
    store.loaded.set(None);
    store.services.forget();
    store.queue.set(Vec::new());
    store.deployment.set(None);
    store.selection.set(Default::default());
}
