//! Whose lines of a log are shown: everybody's, or those of one who wrote.

use std::sync::Arc;

use leptos::prelude::*;

use super::key;
use crate::console::element::{Child, Item, each, view};
use crate::console::route::use_route;
use crate::console::state::Store;
use crate::lifecycle::ServiceId;

/// Who wrote, by id and name, in the order in which they first did.
pub type Writers = Vec<(Arc<str>, Arc<str>)>;

/// What one is called, whether it wrote or not.
pub fn name(store: Store, writers: &Writers, of: &str) -> Arc<str> {
    let wrote = writers.iter().find(|(id, _)| **id == *of).map(|(_, name)| name.clone());
    let row = || of.parse().ok().and_then(|id: ServiceId| store.service(id)).map(|row| row.name.clone());
    wrote.or_else(row).unwrap_or_else(|| "another service".into())
}

/// The choice, where there is one. It is in the URL with the deployment, so that a newer one does not come in its place.
pub fn whose(store: Store, deployment: String, of: Memo<String>, writers: Memo<Writers>) -> AnyView {
    let route = use_route();
    // Who was chosen last stays among them: nothing is taken from under the pointer.
    let last = Memo::new(move |before: Option<&String>| match (of.get(), before) {
        (of, Some(before)) if of.is_empty() => before.clone(),
        (of, _) => of,
    });
    let several = Memo::new(move |_| writers.with(|all| all.len() > 1) || last.with(|last| !last.is_empty()));
    let options = move || {
        let (mut all, last) = (writers.get(), last.get());
        if !last.is_empty() && !all.iter().any(|(id, _)| **id == *last) {
            let name = name(store, &all, &last);
            all.push((last.into(), name));
        }
        let option = |(id, name): (Arc<str>, Arc<str>)| {
            Item::new(key(&format!("{id} {name}")), move |_| {
                let selected = of.with_untracked(|of| **of == *id);
                view! { <option value=id.to_string() selected=selected>{name.to_string()}</option> }
            })
        };
        all.into_iter().map(option).collect()
    };
    Child::view(move || {
        let deployment = deployment.clone();
        several.get().then(|| {
            view! {
                <select
                    class="input"
                    aria-label="Lines of"
                    prop:value=move || of.get()
                    on:change=move |event| {
                        let chosen = event_target_value(&event);
                        route.change(|place| {
                            place.deployment.clone_from(&deployment);
                            place.lines_of = chosen;
                        });
                    }
                >
                    <option value="">"All lines"</option>
                    {each(options)}
                </select>
            }
        })
    })
}
