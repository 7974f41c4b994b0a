//! Before Deploy, Redeploy, Restart and Stop on several services or on production: who acts and what happens to each,
//! who is left out and why. The confirmation grows with what can break (law §4).

use std::sync::Arc;

use leptos::ev::SubmitEvent;
use leptos::prelude::*;

use super::effect::words;
use super::parties::{Parties, PartyList, Said};
use crate::console::curl::CopyCurl;
use crate::console::element::view;
use crate::console::format::count;
use crate::console::legible::is_typed;
use crate::console::parts::{Dialog, DialogForm, use_dialog};
use crate::console::route::{Target, use_route};
use crate::console::state::row::{EnvironmentRow, ServiceRow};
use crate::console::state::{Order, use_store};
use crate::lifecycle::plan::Effect;
use crate::lifecycle::{Action, Scope, ServiceId};

/// What the dialog is about, from the panel in the URL.
#[derive(Clone, Copy)]
struct Subject {
    action: Action,
    target: Target,
    environment: Signal<Option<Arc<EnvironmentRow>>>,
    parties: Memo<Option<Parties>>,
}

impl Subject {
    /// "Stop": without the "service" of the menu, as an object follows.
    fn verb(self) -> &'static str {
        match self.action {
            Action::Deploy => "Deploy",
            Action::Redeploy => "Redeploy",
            Action::Restart => "Restart",
            Action::Stop => "Stop",
            Action::Cancel | Action::DeployVersion | Action::DeployLatest => self.action.words(),
        }
    }

    fn environment_name(self) -> String {
        self.environment.with(|row| row.as_ref().map_or_else(|| "environment".into(), |row| row.name.to_string()))
    }

    /// "checkout-api", "3 services", "staging".
    fn object(self) -> String {
        self.parties.with(|parties| match (parties, self.target) {
            (Some(parties), Target::Service { .. } | Target::Subset { .. }) => match parties.only() {
                Some(one) => one.name.to_string(),
                None => count(parties.acting.len(), "service"),
            },
            (None, Target::Service { .. } | Target::Subset { .. }) => "services".into(),
            (_, Target::Environment(_)) => self.environment_name(),
        })
    }

    fn button(self) -> String {
        format!("{} {}", self.verb(), self.object())
    }

    fn production(self) -> bool {
        self.environment.with(|row| row.as_ref().is_some_and(|row| row.production()))
    }

    /// Whether the environment's name must be typed: a whole production environment is at stake.
    fn typed(self) -> bool {
        matches!(self.target, Target::Environment(_)) && self.production()
    }

    /// Whether this is its name. Of an environment that is not there yet nothing is.
    fn is_named(self, typed: &str) -> bool {
        self.environment.with(|row| row.as_ref().is_some_and(|row| is_typed(typed, &row.name, &row.given)))
    }

    fn order(self) -> Order {
        // Those left out are sent too: the server skips them, and the outcome names them again (law §4).
        let selected = || {
            self.parties.with_untracked(|parties| {
                let all = parties.iter().flat_map(|parties| {
                    parties.acting.iter().chain(parties.left_out.iter().map(|(row, _)| row)).map(|row| row.id)
                });
                all.collect::<Vec<ServiceId>>()
            })
        };
        let services = match self.target {
            Target::Service { service, .. } => vec![service],
            Target::Subset { .. } => selected(),
            Target::Environment(_) => Vec::new(),
        };
        Order {
            environment: self.target.environment(),
            action: self.action,
            scope: self.scope(),
            services,
            versions: Vec::new(),
            force: false,
        }
    }

    fn scope(self) -> Scope {
        match self.target {
            Target::Service { .. } => Scope::Service,
            Target::Subset { .. } => Scope::Subset,
            Target::Environment(_) => Scope::Environment,
        }
    }

    /// Those who act, each with what happens to it: those who change, or those who find nothing to change.
    fn acting(self, change: bool) -> Vec<(Arc<ServiceRow>, Said)> {
        self.parties.with(|parties| {
            let Some(Parties { acting, left_out, .. }) = parties else { return Vec::new() };
            let size = acting.len() + left_out.len();
            let said = |row: &Arc<ServiceRow>| {
                let effect = row.plan(self.action, self.scope(), size).ok()?;
                ((effect != Effect::NothingChanges) == change).then(|| (row.clone(), Said::Effect(words(effect, row))))
            };
            acting.iter().filter_map(said).collect()
        })
    }
}

/// The confirmation of Deploy, Redeploy, Restart or Stop.
#[component]
pub fn ConfirmPanel(
    /// What is to be done.
    action: Action,
    /// On what.
    target: Target,
) -> AnyView {
    let (store, route) = (use_store(), use_route());
    let subject = Subject {
        action,
        target,
        environment: Signal::derive(move || store.environment(target.environment())),
        parties: Memo::new(move |_| Parties::of(store, action, target)),
    };
    let about = move || {
        let waits = store.queue().len() + usize::from(store.deployment().is_some());
        let place = match target {
            Target::Service { .. } | Target::Subset { .. } => format!("In {}", subject.environment_name()),
            Target::Environment(_) => "The whole environment".to_owned(),
        };
        // A name that says it already needs no second word.
        let said = subject.environment_name().to_lowercase().contains("prod");
        let production = if subject.production() && !said { ", which is production" } else { "" };
        match waits {
            0 => format!("{place}{production}"),
            waits => format!("{place}{production}; waits behind {}", count(waits, "request")),
        }
    };
    view! {
        <Dialog
            form=DialogForm::Modal
            title=Signal::derive(move || format!("{}?", subject.button()))
            about=Signal::derive(about)
            on_close=move |()| route.close_panel()
        >
            <ConfirmBody subject=subject/>
        </Dialog>
    }
}

#[component]
fn ConfirmBody(subject: Subject) -> AnyView {
    let (store, dialog) = (use_store(), use_dialog());
    let (typed, set_typed) = signal(String::new());
    let (asked, set_asked) = signal(false);
    let name_missing = Memo::new(move |_| subject.typed() && !typed.with(|typed| subject.is_named(typed)));
    let possible = Memo::new(move |_| subject.parties.with(|parties| parties.as_ref().is_some_and(Parties::possible)));
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        set_asked.set(true);
        if possible.get_untracked() && !name_missing.get_untracked() {
            store.send(subject.order());
            dialog.close();
        }
    };
    let acting = move || subject.acting(true);
    let unchanged = move || subject.acting(false);
    let left_out = move || {
        subject.parties.with(|parties| {
            let all = parties.iter().flat_map(|parties| &parties.left_out);
            all.map(|(row, why)| (row.clone(), Said::LeftOut(why.clone()))).collect::<Vec<_>>()
        })
    };
    let refused = move || subject.parties.with(|parties| parties.as_ref().and_then(|parties| parties.refused.clone()));
    view! {
        <form class="dialog-form" on:submit=submit>
            <div class="dialog-body">
                {move || refused().map(|refusal| view! { <p class="refused" role="alert">{refusal.to_string()}</p> })}
                {move || subject.parties.with(Option::is_none).then(|| view! { <p class="muted">"Loading services…"</p> })}
                <PartyList heading=acting_heading(subject.action).to_owned() parties=Signal::derive(acting)/>
                <PartyList heading="Will find nothing to change".to_owned() parties=Signal::derive(unchanged)/>
                <PartyList heading="Left out".to_owned() parties=Signal::derive(left_out)/>
                {move || subject.typed().then(|| view! {
                    <TypedName subject=subject typed=typed set_typed=set_typed problem=Signal::derive(move || asked.get() && name_missing.get())/>
                })}
            </div>
            <div class="dialog-foot">
                <CopyCurl order=Signal::derive(move || possible.get().then(|| subject.order()))/>
                <button class="button" type="button" autofocus on:click=move |_| dialog.close()>"Keep as it is"</button>
                <button
                    class="button"
                    class:danger=subject.action == Action::Stop
                    class:primary=subject.action != Action::Stop
                    type="submit"
                    aria-disabled=move || (!possible.get() || name_missing.get()).then_some("true")
                >
                    {move || subject.button()}
                </button>
            </div>
        </form>
    }
}

fn acting_heading(action: Action) -> &'static str {
    match action {
        Action::Stop => "Will stop",
        Action::Restart => "Will restart",
        Action::Deploy => "Will deploy",
        Action::Redeploy => "Will redeploy",
        Action::Cancel | Action::DeployVersion | Action::DeployLatest => "Takes part",
    }
}

#[component]
fn TypedName(
    subject: Subject,
    typed: ReadSignal<String>,
    set_typed: WriteSignal<String>,
    problem: Signal<bool>,
) -> AnyView {
    view! {
        <div class="field">
            <label for="typed-name">
                "Type " <b class="version">{move || subject.environment_name()}</b> " to confirm"
            </label>
            <input
                class="input"
                id="typed-name"
                autocomplete="off"
                spellcheck="false"
                prop:value=move || typed.get()
                aria-invalid=move || problem.get().then_some("true")
                aria-describedby="typed-name-problem"
                on:input=move |event| set_typed.set(event_target_value(&event))
            />
            <span class="problem" id="typed-name-problem" role="alert">
                {move || problem.get().then_some("This is not the name of the environment")}
            </span>
        </div>
    }
}
