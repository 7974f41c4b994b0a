//! The selected services, and the bar that acts on them.

use std::sync::Arc;

use leptos::html;
use leptos::prelude::*;
use web_sys::{Event, MouseEvent};

use super::format;
use super::list::Lines;
use super::ondemand::use_loader;
use super::parts::{Glyph, Icon};
use super::route::Target;
use super::state::{Store, use_store};
use crate::console::element::{Child, view};
use crate::console::offer::{self, Refused};
use crate::lifecycle::{Action, EnvironmentId, Refusal, ServiceFacts, ServiceId, rule};

/// Selected services.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Selection {
    /// Ascending.
    keys: Vec<u128>,
    /// Where a range begins.
    anchor: Option<u128>,
}

impl Selection {
    /// How many.
    pub fn count(&self) -> usize {
        self.keys.len()
    }

    /// Whether this one is.
    pub fn contains(&self, key: u128) -> bool {
        self.keys.binary_search(&key).is_ok()
    }

    /// The services, in the order of their ids.
    pub fn services(&self) -> impl Iterator<Item = ServiceId> {
        self.keys.iter().map(|key| ServiceId(*key))
    }

    /// Selects one that is not, and the other way round; the next range begins here.
    pub fn toggle(&mut self, key: u128) {
        match self.keys.binary_search(&key) {
            Ok(at) => drop(self.keys.remove(at)),
            Err(at) => self.keys.insert(at, key),
        }
        self.anchor = Some(key);
    }

    /// Selects all from the anchor (else `from`) to `to`, in the order in which they are listed.
    pub fn range(&mut self, from: u128, to: u128, listed: &[u128]) {
        let at = |key: u128| listed.iter().position(|listed| *listed == key);
        let anchor = self.anchor.filter(|anchor| at(*anchor).is_some()).unwrap_or(from);
        if let (Some(a), Some(b)) = (at(anchor), at(to)) {
            self.add(listed.get(a.min(b)..=a.max(b)).unwrap_or_default());
        }
        self.anchor = Some(anchor);
    }

    /// Selects these too.
    pub fn add(&mut self, keys: &[u128]) {
        self.keys.extend(keys);
        self.keys.sort_unstable();
        self.keys.dedup();
    }

    /// Selects none of these any more.
    pub fn remove(&mut self, keys: &[u128]) {
        let mut gone = keys.to_vec();
        gone.sort_unstable();
        self.keys.retain(|key| gone.binary_search(key).is_err());
    }

    /// Selects none.
    pub fn clear(&mut self) {
        *self = Selection::default();
    }
}

/// The box in the head of the list: all that the filter lets through.
pub fn select_all(lines: Signal<Arc<Lines>>) -> AnyView {
    let store = use_store();
    let node = NodeRef::<html::Input>::new();
    Effect::new(move |_| {
        let selected = store
            .selection()
            .with(|selection| lines.with(|lines| lines.keys().filter(|key| selection.contains(*key)).count()));
        let all = lines.with(|lines| lines.rows());
        if let Some(input) = node.get() {
            input.set_checked(all > 0 && selected == all);
            input.set_indeterminate(selected > 0 && selected < all);
        }
    });
    let change = move |event: Event| {
        let keys: Vec<u128> = lines.with_untracked(|lines| lines.keys().collect());
        let checked = event_target_checked(&event);
        store.selection().update(|selection| if checked { selection.add(&keys) } else { selection.remove(&keys) });
    };
    view! {
        <label class="pick">
            <input type="checkbox" node_ref=node on:change=change aria-label="Select all listed services"/>
        </label>
    }
}

/// The box of a row. With Shift it selects the range from the last one.
pub fn select_one(store: Store, key: u128, name: Arc<str>, lines: Signal<Arc<Lines>>) -> AnyView {
    let loader = use_loader();
    let press = move |event: MouseEvent| {
        loader.ask();
        store.selection().update(|selection| {
            if event.shift_key() {
                let listed: Vec<u128> = lines.with_untracked(|lines| lines.keys().collect());
                selection.range(key, key, &listed);
            } else {
                selection.toggle(key);
            }
        });
    };
    view! {
        <label class="pick">
            <input
                type="checkbox"
                prop:checked=move || store.selection().with(|selection| selection.contains(key))
                on:click=press
                aria-label=format!("Select {name}")
            />
        </label>
    }
}

/// A button of the bar: what it would do, on how many, and why not.
#[derive(Clone, PartialEq)]
struct Offer {
    action: Action,
    /// What is sent: Deploy where nothing selected was ever deployed.
    sends: Action,
    label: &'static str,
    takes: usize,
    refusal: Option<Refused>,
}

fn offered(store: Store, action: Action, selected: &[ServiceFacts]) -> Offer {
    let size = selected.len();
    let mut takes = 0;
    let mut refusal: Option<Refused> = None;
    let (mut deploys, mut redeploys) = (0, 0);
    for facts in selected {
        match offer::in_subset(store, action, size, facts) {
            Ok(()) => takes += 1,
            Err(first) if refusal.is_none() => refusal = Some(first),
            Err(other) if refusal.as_ref() != Some(&other) => {
                refusal = Some(Refused::Law(Refusal::NoneAllows { action }))
            }
            Err(_) => {}
        }
        if action == Action::Redeploy {
            match rule::subset_deploys_as(facts) {
                Ok(Action::Deploy) => deploys += 1,
                Ok(_) => redeploys += 1,
                Err(_) => {}
            }
        }
    }
    let label = match (action, deploys, redeploys) {
        (Action::Redeploy, 1.., 0) => "Deploy",
        (Action::Redeploy, 1.., 1..) => "Deploy and redeploy",
        (Action::Redeploy, ..) => "Redeploy",
        (Action::Stop, ..) => "Stop",
        (Action::Cancel, ..) => "Cancel deployment",
        (Action::Restart, ..) => "Restart",
        (other, ..) => other.words(),
    };
    let sends = if (deploys, redeploys) != (0, 0) && redeploys == 0 { Action::Deploy } else { action };
    Offer { action, sends, label, takes, refusal: refusal.filter(|_| takes == 0) }
}

/// The buttons of the bar.
const ACTIONS: [(Action, &str); 4] = [
    (Action::Redeploy, "button primary"),
    (Action::Restart, "button"),
    (Action::Stop, "button"),
    (Action::Cancel, "button"),
];

/// The bar that appears under the list with a selection: it covers no row. `environment` is that of the list.
pub fn action_bar(environment: EnvironmentId) -> AnyView {
    let store = use_store();
    let count = Memo::new(move |_| store.selection().with(Selection::count));
    let said = RwSignal::new(String::new());
    let offers = Memo::new(move |_| {
        let selected: Vec<ServiceFacts> = store
            .selection()
            .with(|selection| selection.services().filter_map(|id| store.service(id).map(|row| row.facts())).collect());
        ACTIONS.map(|(action, _)| offered(store, action, &selected)).to_vec()
    });
    let button = move |(action, class): (Action, &'static str)| {
        let mine = move || offers.with(|offers| offers.iter().find(|offer| offer.action == action).cloned());
        let reason = move || mine().and_then(|offer| offer.refusal).map(|refusal| refusal.to_string());
        let words = move || match (mine(), count.get()) {
            (None, _) => String::new(),
            (Some(offer), all) if offer.takes == 0 || offer.takes == all => offer.label.to_owned(),
            (Some(offer), all) => format!("{} {} of {all}", offer.label, offer.takes),
        };
        let press = move |_: MouseEvent| match untrack(|| (reason(), mine())) {
            (Some(reason), _) => said.set(reason),
            (None, Some(offer)) => store.press(offer.sends, target(store, environment)),
            (None, None) => {}
        };
        view! {
            <button
                type="button"
                class=class
                aria-disabled=move || reason().map(|_| "true".to_owned())
                aria-describedby=move || reason().map(|_| "bar-said".to_owned())
                on:click=press
                on:mouseenter=move |_| said.set(untrack(reason).unwrap_or_default())
                on:keyup=move |_| said.set(untrack(reason).unwrap_or_default())
            >
                <Icon name=Glyph::from(action)/>
                {words}
            </button>
        }
    };
    let bar = move || {
        view! {
            <div class="bar" role="region" aria-label="Selected services">
                <strong class="bar-count">{move || format!("{} selected", format::number_words(count.get()))}</strong>
                <div class="bar-actions">{ACTIONS.map(button).into_iter().collect::<Vec<_>>()}</div>
                <button
                    type="button"
                    class="button quiet square"
                    aria-label="Clear selection"
                    title="Clear selection (Esc)"
                    on:click=move |_| store.selection().update(Selection::clear)
                >
                    <Icon name=Glyph::Close/>
                </button>
                <p class="bar-said" id="bar-said" role="status">{move || said.get()}</p>
            </div>
        }
    };
    let some = Memo::new(move |_| usize::from(count.get() > 0));
    Child::view(move || (some.get() > 0).then(bar))
}

/// One selected service is that service; more are a subset.
fn target(store: Store, environment: EnvironmentId) -> Target {
    let only = store.selection().with_untracked(|selection| {
        let mut services = selection.services();
        services.next().filter(|_| services.next().is_none())
    });
    match only {
        Some(service) => Target::Service { environment, service },
        None => Target::Subset { environment },
    }
}
