//! The cancel modal: what it is, what rolls back, what stays, what cannot be interrupted, and that the queue goes on.

use std::sync::Arc;

use leptos::ev::SubmitEvent;
use leptos::prelude::*;

use super::aborting::{Aborting, LISTS, words};
use super::parties::{Parties, PartyList, Said};
use crate::console::curl::CopyCurl;
use crate::console::element::{Child, view};
use crate::console::format::{count, names};
use crate::console::parts::{Age, Dialog, DialogForm, use_dialog};
use crate::console::route::{Target, use_route};
use crate::console::state::row::{Queued, ServiceRow};
use crate::console::state::{Order, Store, use_store};
use crate::lifecycle::cancel::Interruption;
use crate::lifecycle::{Action, Scope};

/// The state of the modal.
#[derive(Clone, Copy)]
struct Cancel {
    target: Target,
    store: Store,
    aborting: Memo<Aborting>,
    fates: Memo<Vec<(Arc<ServiceRow>, Interruption)>>,
    parties: Memo<Option<Parties>>,
    force: RwSignal<bool>,
}

impl Cancel {
    fn new(target: Target) -> Cancel {
        let store = use_store();
        let aborting = Memo::new(move |_| Aborting::of(store, target));
        let force = RwSignal::new(false);
        Cancel {
            target,
            store,
            aborting,
            fates: Memo::new(move |_| aborting.with(|aborting| aborting.fates(store, force.get()))),
            parties: Memo::new(move |_| Parties::of(store, Action::Cancel, target)),
            force,
        }
    }

    fn environment_name(self) -> String {
        let row = self.store.environment(self.target.environment());
        row.map_or_else(|| "environment".into(), |row| row.name.to_string())
    }

    /// The services it was asked of, by name.
    fn asked(self) -> Option<String> {
        match self.target {
            Target::Environment(_) => None,
            Target::Service { .. } | Target::Subset { .. } => self.parties.with(|parties| {
                let all = parties.as_ref()?.acting.iter().map(|row| row.name.clone()).collect::<Vec<_>>();
                (!all.is_empty()).then(|| names(&all))
            }),
        }
    }

    fn takes_back(self) -> bool {
        self.aborting.with(|aborting| aborting.running.is_none() && !aborting.waiting.is_empty())
    }

    fn title(self) -> String {
        match (self.takes_back(), self.asked()) {
            (true, Some(asked)) => format!("Take back the waiting request of {asked}?"),
            (true, None) | (false, _) => format!("Cancel the deployment of {}?", self.environment_name()),
        }
    }

    fn button(self) -> String {
        match (self.takes_back(), self.force.get() && self.executes()) {
            (true, _) => self.asked().map_or_else(|| "Take it back".into(), |asked| format!("Take back {asked}")),
            (false, true) => format!("Cancel deployment of {} by force", self.environment_name()),
            (false, false) => format!("Cancel deployment of {}", self.environment_name()),
        }
    }

    /// Whether a lifecycle job executes, which only force interrupts.
    fn executes(self) -> bool {
        let executes = |fate: &Interruption| matches!(fate, Interruption::Ignores | Interruption::Forced);
        self.fates.with(|fates| fates.iter().any(|(_, fate)| executes(fate)))
    }

    fn canceling(self) -> bool {
        self.aborting.with(|aborting| aborting.running.as_ref().is_some_and(|running| running.canceling))
    }

    /// Whether pressing the button would do anything. A deployment that is being canceled already can only be forced.
    fn possible(self) -> bool {
        if self.takes_back() {
            return true;
        }
        let allowed = self.parties.with(|parties| parties.as_ref().is_some_and(Parties::possible));
        if self.canceling() { self.executes() && self.force.get() } else { allowed }
    }

    fn send(self) {
        let waiting = self.aborting.with_untracked(|aborting| aborting.waiting.clone());
        for request in &waiting {
            self.store.take_back(request.id);
        }
        if untrack(|| self.takes_back()) {
            return;
        }
        self.store.send(untrack(|| self.order()));
    }

    fn order(self) -> Order {
        Order {
            environment: self.target.environment(),
            action: Action::Cancel,
            scope: Scope::Environment,
            services: Vec::new(),
            versions: Vec::new(),
            force: self.force.get() && self.executes(),
        }
    }
}

/// The cancel modal.
#[component]
pub fn CancelPanel(
    /// What was asked to be canceled.
    target: Target,
) -> AnyView {
    let route = use_route();
    let cancel = Cancel::new(target);
    view! {
        <Dialog
            form=DialogForm::Modal
            title=Signal::derive(move || cancel.title())
            on_close=move |()| route.close_panel()
        >
            <CancelForm cancel=cancel/>
        </Dialog>
    }
}

#[component]
fn CancelForm(cancel: Cancel) -> AnyView {
    let dialog = use_dialog();
    let possible = Memo::new(move |_| cancel.possible());
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        if possible.get_untracked() {
            cancel.send();
            dialog.close();
        }
    };
    let lists = LISTS.map(|(fate, heading)| {
        let parties = move || {
            cancel.fates.with(|fates| {
                let own = fates.iter().filter(|(_, other)| *other == fate);
                own.map(|(row, _)| (row.clone(), Said::Effect(words(fate, row)))).collect::<Vec<_>>()
            })
        };
        view! { <PartyList heading=heading.to_owned() parties=Signal::derive(parties)/> }
    });
    view! {
        <form class="dialog-form" on:submit=submit>
            <div class="dialog-body">
                <CancelWords cancel=cancel/>
                {lists}
                {move || cancel.executes().then(|| view! { <ForceBox cancel=cancel/> })}
                {move || possible.get().then(|| view! { <p class="muted">{goes_on(cancel)}</p> })}
            </div>
            <div class="dialog-foot">
                <CopyCurl order=Signal::derive(move || (possible.get() && !cancel.takes_back()).then(|| cancel.order()))/>
                <button class="button" type="button" autofocus on:click=move |_| dialog.close()>
                    {move || match (possible.get(), cancel.takes_back()) {
                        (true, true) => "Keep the request",
                        (true, false) => "Keep deploying",
                        (false, _) => "Close",
                    }}
                </button>
                <button class="button danger" type="submit" aria-disabled=move || (!possible.get()).then_some("true")>
                    {move || cancel.button()}
                </button>
            </div>
        </form>
    }
}

/// What it is: which deployment, or which waiting requests; or why nothing can be canceled.
#[component]
fn CancelWords(cancel: Cancel) -> AnyView {
    Child::view(move || {
        let aborting = cancel.aborting.get();
        if let Some(running) = aborting.running {
            let part = cancel.asked().map(|asked| {
                format!("{asked} is part of the running deployment, and a deployment is canceled as a whole. ")
            });
            let state = if running.canceling {
                "It is being canceled already; only what executes to its end is left. "
            } else {
                ""
            };
            return view! {
                <p>
                    {part} {state} <b>{running.words.to_string()}</b>
                    {running.started.map(|at| view! { ", started " <Age at=at/> })} " by " {running.actor.to_string()}
                    ". The pipeline stops."
                </p>
                {(!aborting.waiting.is_empty()).then(|| taken_back(cancel))}
            };
        }
        if !aborting.waiting.is_empty() {
            return taken_back(cancel);
        }
        let refusal = cancel.parties.with(|parties| {
            let parties = parties.as_ref()?;
            let first = || parties.left_out.first().map(|(_, refusal)| refusal.clone());
            parties.refused.clone().or_else(|| parties.acting.is_empty().then(first).flatten())
        });
        match refusal {
            Some(refusal) => view! { <p class="refused" role="alert">{refusal.to_string()}</p> },
            None => view! { <p>"The deployment is aborted and its pipeline stops."</p> },
        }
    })
}

/// The waiting requests that are taken back, and who else waits in them.
fn taken_back(cancel: Cancel) -> AnyView {
    let aborting = cancel.aborting.get();
    let others = aborting.with_them(cancel.store, cancel.target);
    let others = (!others.is_empty())
        .then(|| format!("Taken back with it, as it waits in the same request: {}.", names(&others)));
    let line = |one: Queued| view! { <li><b>{one.words.to_string()}</b> ", place " {one.place} ", asked " <Age at=one.at/></li> };
    view! {
        <p>"Taken back, as it waits and has not started; nothing of it runs:"</p>
        <ul class="plain">{aborting.waiting.into_iter().map(line).collect::<Vec<_>>()}</ul>
        {others.map(|others| view! { <p>{others}</p> })}
    }
}

fn goes_on(cancel: Cancel) -> String {
    match cancel.aborting.with(|aborting| aborting.going_on) {
        0 => "No other request waits.".into(),
        1 => "The request that waits goes on.".into(),
        others => format!("The {} that wait go on.", count(others, "request")),
    }
}

#[component]
fn ForceBox(cancel: Cancel) -> AnyView {
    view! {
        <label class="check force">
            <input
                type="checkbox"
                prop:checked=move || cancel.force.get()
                on:change=move |event| cancel.force.set(event_target_checked(&event))
            />
            <span>
                "Force: interrupt lifecycle jobs that execute"
                <span class="hint">"What a job has done so far is not undone."</span>
            </span>
        </label>
    }
}
