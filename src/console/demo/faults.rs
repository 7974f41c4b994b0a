//! Faults of the cluster, for every service or for one.

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::world::use_world;
use crate::api::fault::Faults;
use crate::console::element::view;
use crate::console::state::use_store;
use crate::console::toast;

/// Means every service, on the wire.
const EVERY: &str = "*";

/// A fault that can be asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fault {
    BuildFails,
    PushFails,
    ReadinessNeverOk,
    PodCrashes,
    StopFails,
    RestartFails,
    NoCapacity,
}

impl Fault {
    const ALL: [Fault; 7] = [
        Fault::BuildFails,
        Fault::PushFails,
        Fault::ReadinessNeverOk,
        Fault::PodCrashes,
        Fault::StopFails,
        Fault::RestartFails,
        Fault::NoCapacity,
    ];

    fn words(self) -> &'static str {
        match self {
            Fault::BuildFails => "Build fails",
            Fault::PushFails => "Push of the image fails",
            Fault::ReadinessNeverOk => "Readiness never ok",
            Fault::PodCrashes => "Pods crash after a while",
            Fault::StopFails => "Stop fails",
            Fault::RestartFails => "Restart cannot be processed",
            Fault::NoCapacity => "No capacity for new pods",
        }
    }

    fn list(self, faults: &mut Faults) -> &mut Vec<String> {
        match self {
            Fault::BuildFails => &mut faults.build_fails,
            Fault::PushFails => &mut faults.push_fails,
            Fault::ReadinessNeverOk => &mut faults.readiness_never_ok,
            Fault::PodCrashes => &mut faults.pod_crashes,
            Fault::StopFails => &mut faults.stop_fails,
            Fault::RestartFails => &mut faults.restart_fails,
            Fault::NoCapacity => &mut faults.no_capacity,
        }
    }

    fn is_on(self, faults: &Faults, whom: &str) -> bool {
        let mut faults = faults.clone();
        self.list(&mut faults).iter().any(|one| one == whom)
    }

    fn switch(self, faults: &mut Faults, whom: &str, on: bool) {
        let list = self.list(faults);
        list.retain(|one| one != whom);
        if on {
            list.push(whom.to_owned());
        }
    }
}

/// Which faults are on, for whom.
#[component]
pub fn FaultControls() -> AnyView {
    let store = use_store();
    let (faults, whom) = (RwSignal::new(Faults::default()), RwSignal::new(EVERY.to_owned()));
    use_world().on_open(move || {
        whom.set(EVERY.to_owned());
        spawn_local(async move {
            // Without an answer none is shown as on; the next switch sends the whole set.
            if let Ok(known) = store.client().faults().await {
                faults.try_set(known);
            }
        });
    });
    let switch = move |fault: Fault, on: bool| {
        faults.update(|faults| fault.switch(faults, &whom.get_untracked(), on));
        let wanted = faults.get_untracked();
        spawn_local(async move {
            if let Err(error) = store.client().set_faults(&wanted).await {
                toast::failed("The fault was not set".into(), error.to_string());
            }
            store.poke();
        });
    };
    let services = move || {
        let services = store.services();
        let all = services.value().cloned().unwrap_or_default();
        all.into_iter()
            .map(|row| view! { <option value=row.id.to_string()>{row.name.clone()}</option> })
            .collect::<Vec<_>>()
    };
    view! {
        <section class="controls">
            <h3>"Faults"</h3>
            <div class="field">
                <label for="fault-whom">"For"</label>
                <select class="input" id="fault-whom" prop:value=move || whom.get() on:change=move |event| whom.set(event_target_value(&event))>
                    <option value=EVERY>"every service"</option>
                    {services}
                </select>
            </div>
            <fieldset class="field">
                <legend class="visually-hidden">"Faults"</legend>
                {Fault::ALL
                    .map(|fault| {
                        let every = move || faults.with(|faults| fault.is_on(faults, EVERY));
                        let on = move || faults.with(|faults| whom.with(|whom| fault.is_on(faults, whom)));
                        view! {
                            <label class="check">
                                <input
                                    type="checkbox"
                                    prop:checked=on
                                    on:change=move |event| switch(fault, event_target_checked(&event))
                                />
                                <span>
                                    {fault.words()}
                                    {move || (every() && !on()).then(|| view! { <span class="hint">" on for every service"</span> })}
                                </span>
                            </label>
                        }
                    })}
            </fieldset>
        </section>
    }
}
