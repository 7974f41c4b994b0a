//! Who acts, and who is left out and why: asked of the rule, before anything is sent (law §4).

use std::collections::BTreeSet;
use std::sync::Arc;

use leptos::prelude::*;

use crate::console::element::{Child, Item, each, view};
use crate::console::offer::{self, Refused};
use crate::console::parts::{Reason, Rows, StatusChip, VirtualList};
use crate::console::route::Target;
use crate::console::state::row::{EnvironmentRow, ServiceRow};
use crate::console::state::{Store, use_store};
use crate::lifecycle::Action;

/// The services an action is asked of, sorted by the rule's answer.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Parties {
    /// Those that act.
    pub acting: Vec<Arc<ServiceRow>>,
    /// Those that do not, and why.
    pub left_out: Vec<(Arc<ServiceRow>, Refused)>,
    /// Why the whole is refused, if it is.
    pub refused: Option<Refused>,
}

impl Parties {
    /// Asks the rule for each service of the target. `None`: the services are not loaded yet.
    pub fn of(store: Store, action: Action, target: Target) -> Option<Parties> {
        let services = store.services();
        let services = services.value()?;
        let environment = store.environment(target.environment());
        let mut parties = match target {
            Target::Service { service, .. } => {
                let one = services.iter().filter(|row| row.id == service);
                Parties::sort(one, |row| offer::of_service(store, action, &row.facts()))
            }
            Target::Subset { .. } => {
                let chosen = store.selection().with(|selection| selection.services().collect::<BTreeSet<_>>());
                let members = services.iter().filter(|row| chosen.contains(&row.id));
                Parties::sort(members, |row| offer::in_subset(store, action, chosen.len(), &row.facts()))
            }
            Target::Environment(_) => Parties::of_environment(store, action, environment.as_deref(), services),
        };
        if let Err(refused) = store.may_act() {
            parties.refused = Some(refused);
        }
        Some(parties)
    }

    fn of_environment(
        store: Store,
        action: Action,
        environment: Option<&EnvironmentRow>,
        all: &[Arc<ServiceRow>],
    ) -> Parties {
        let mut parties = Parties::sort(all.iter(), |row| offer::in_environment(store, action, &row.facts()));
        if let Some(environment) = environment {
            let facts = all.iter().map(|row| row.facts()).collect::<Vec<_>>();
            parties.refused = offer::of_environment(store, action, &environment.facts(), &facts).err();
        }
        parties
    }

    fn sort<'a>(
        rows: impl Iterator<Item = &'a Arc<ServiceRow>>,
        rule: impl Fn(&ServiceRow) -> Result<(), Refused>,
    ) -> Parties {
        let mut parties = Parties::default();
        for row in rows {
            match rule(row) {
                Ok(()) => parties.acting.push(row.clone()),
                Err(refusal) => parties.left_out.push((row.clone(), refusal)),
            }
        }
        if parties.acting.is_empty() {
            parties.refused = match parties.left_out.as_slice() {
                [(_, refusal)] => Some(refusal.clone()),
                [] | [_, ..] => None,
            };
        }
        parties
    }

    /// Whether the request would be accepted.
    pub fn possible(&self) -> bool {
        self.refused.is_none() && !self.acting.is_empty()
    }

    /// The one service it is about, if it is about one.
    pub fn only(&self) -> Option<&ServiceRow> {
        match (self.acting.as_slice(), self.left_out.as_slice()) {
            ([one], []) | ([], [(one, _)]) => Some(one),
            _ => None,
        }
    }
}

/// Rows up to this number stand in the text as they are; above it they scroll in a list of their own.
const SHORT: usize = 12;

/// A heading with its number, and one row per service: name, and what is said of it.
#[component]
pub fn PartyList(
    /// What these services have in common: "Will stop", "Left out".
    heading: String,
    /// The services and what is said of each.
    #[prop(into)]
    parties: Signal<Vec<(Arc<ServiceRow>, Said)>>,
) -> AnyView {
    let label = heading.clone();
    let count = Memo::new(move |_| parties.with(Vec::len));
    let key = move |at: usize| parties.with(|all| all.get(at).map_or(0, |(row, _)| row.id.0));
    let row = move |at: usize| {
        let party = Memo::new(move |_| parties.with(|all| all.get(at).cloned()));
        view! { <PartyRow party=party/> }
    };
    let rows =
        Rows { count: count.into(), key: Callback::new(key), row: Callback::new(row), active: Signal::stored(None) };
    let places = move || (0..count.get()).map(|at| (at, key(at))).collect::<Vec<_>>();
    let list = move || {
        let label = label.clone();
        if count.get() > SHORT {
            view! { <VirtualList rows=rows label=label/> }
        } else {
            view! {
                <div role="list" class="party-rows" aria-label=label>
                    {each(move || places().into_iter().map(|(at, key)| Item::placed(key, at, move |_| row(at))).collect())}
                </div>
            }
        }
    };
    Child::view(move || {
        let (heading, list) = (heading.clone(), list.clone());
        (count.get() > 0).then(move || {
            view! {
                <section class="parties">
                    <h3>{heading} " " <span class="muted">{move || count.get()}</span></h3>
                    {list}
                </section>
            }
        })
    })
}

/// What is said of a service in a list.
#[derive(Clone, Debug, PartialEq)]
pub enum Said {
    /// What will happen to it.
    Effect(String),
    /// Why it is left out.
    LeftOut(Refused),
}

#[component]
fn PartyRow(party: Memo<Option<(Arc<ServiceRow>, Said)>>) -> AnyView {
    let store = use_store();
    Child::view(move || {
        party.get().map(|(row, said)| {
            let id = row.id;
            let status = row.status.clone();
            // The row may leave the store while the dialog is open; then its last status stays.
            let status =
                Signal::derive(move || store.service(id).map_or_else(|| status.clone(), |row| row.status.clone()));
            view! {
                <div role="listitem" class="party">
                    <span class="name">{row.name.to_string()}</span>
                    <StatusChip status=status/>
                    {match said {
                        Said::Effect(words) => view! { <span class="reason">{words}</span> },
                        Said::LeftOut(refusal) => view! { <Reason refusal=refusal/> },
                    }}
                </div>
            }
        })
    })
}
