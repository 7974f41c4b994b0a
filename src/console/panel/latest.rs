//! Deploy latest version: which services with a git source, from which commit to which, and who is left out and why.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::parties::{Parties, PartyList, Said};
use super::versions::{Choice, latest};
use crate::console::curl::CopyCurl;
use crate::console::element::{Child, view};
use crate::console::format::{ago, count, number_words};
use crate::console::parts::{Dialog, DialogForm, Glyph, Icon, Rows, StatusChip, VersionLabel, VirtualList, use_dialog};
use crate::console::route::{Target, use_route};
use crate::console::state::row::ServiceRow;
use crate::console::state::{Order, Store, use_store};
use crate::lifecycle::{Action, EnvironmentId, Scope, ServiceId};

/// After so many reads the page gets a turn: answers of the backend in this page come without a pause of their own.
const BREATH: usize = 10;

/// The newest commit of a service, as far as it has been read.
#[derive(Clone, Debug, PartialEq)]
enum Newest {
    Reading,
    Known(Choice),
    Failed(String),
}

/// The state of the panel.
#[derive(Clone, Copy)]
struct Latest {
    environment: EnvironmentId,
    store: Store,
    parties: Memo<Option<Parties>>,
    chosen: RwSignal<BTreeSet<ServiceId>>,
    search: RwSignal<String>,
    shown: Memo<Vec<Arc<ServiceRow>>>,
    newest: StoredValue<BTreeMap<ServiceId, ArcRwSignal<Newest>>>,
    problem: RwSignal<Option<String>>,
    /// How many commits have been read, of how many, while it is being sent.
    sending: RwSignal<Option<(usize, usize)>>,
}

impl Latest {
    fn new(environment: EnvironmentId) -> Latest {
        let (store, search) = (use_store(), RwSignal::new(String::new()));
        let parties = Memo::new(move |_| Parties::of(store, Action::DeployLatest, Target::Environment(environment)));
        let shown = Memo::new(move |_| {
            let search = search.get().to_lowercase();
            let words = search.split_whitespace().collect::<Vec<_>>();
            parties.with(|parties| {
                let all = parties.iter().flat_map(|parties| &parties.acting);
                all.filter(|row| words.iter().all(|word| row.haystack.contains(word))).cloned().collect()
            })
        });
        Latest {
            environment,
            store,
            parties,
            chosen: RwSignal::new(BTreeSet::new()),
            search,
            shown,
            newest: StoredValue::new(BTreeMap::new()),
            problem: RwSignal::new(None),
            sending: RwSignal::new(None),
        }
    }

    /// The newest commit of a service; read when it is first looked at.
    fn newest(self, row: &Arc<ServiceRow>) -> ArcRwSignal<Newest> {
        if let Some(known) = self.newest.with_value(|all| all.get(&row.id).cloned()) {
            return known;
        }
        let signal = ArcRwSignal::new(Newest::Reading);
        self.newest.update_value(|all| {
            all.insert(row.id, signal.clone());
        });
        let (client, row, answer) = (self.store.client(), row.clone(), signal.clone());
        spawn_local(async move {
            answer.set(match latest(client, row).await {
                Ok(Some(choice)) => Newest::Known(choice),
                Ok(None) => Newest::Failed("The server knows no commit of it".into()),
                Err(error) => Newest::Failed(error.to_string()),
            });
        });
        signal
    }

    /// The chosen services that still may act.
    fn acting(self) -> Vec<Arc<ServiceRow>> {
        self.parties.with(|parties| {
            let all = parties.iter().flat_map(|parties| &parties.acting);
            self.chosen.with(|chosen| all.filter(|row| chosen.contains(&row.id)).cloned().collect())
        })
    }

    /// The commit of each: those already read, and the others now.
    async fn versions(self, rows: Vec<Arc<ServiceRow>>) -> Result<Vec<(ServiceId, Arc<str>)>, String> {
        let all = rows.len();
        let mut versions = Vec::with_capacity(all);
        for (read, row) in rows.into_iter().enumerate() {
            if read % BREATH == 0 {
                gloo_timers::future::TimeoutFuture::new(0).await;
                if self.sending.try_set(Some((read, all))).is_some() {
                    return Err("The panel was closed".into());
                }
            }
            let known = self.newest.try_with_value(|all| all.get(&row.id).map(|signal| signal.get_untracked()));
            let choice = match known.flatten() {
                Some(Newest::Known(choice)) => Some(choice),
                Some(Newest::Reading | Newest::Failed(_)) | None => {
                    latest(self.store.client(), row.clone()).await.map_err(|error| format!("{}: {error}", row.name))?
                }
            };
            let choice = choice.ok_or_else(|| format!("{}: the server knows no commit of it", row.name))?;
            versions.push((row.id, choice.version));
        }
        Ok(versions)
    }

    /// What would be sent, once the newest commit of each chosen service is known.
    fn order(self) -> Option<Order> {
        let rows = self.acting();
        let newest = |row: &Arc<ServiceRow>| match self.newest.with_value(|all| all.get(&row.id).cloned())?.get() {
            Newest::Known(choice) => Some((row.id, choice.version)),
            Newest::Reading | Newest::Failed(_) => None,
        };
        let versions = rows.iter().map(newest).collect::<Option<Vec<_>>>()?;
        let services = rows.iter().map(|row| row.id).collect();
        (!rows.is_empty()).then(|| order(self.environment, services, versions))
    }

    fn button(self) -> String {
        match self.acting().as_slice() {
            [] => "Deploy latest version".into(),
            [one] => format!("Deploy latest to {}", one.name),
            all => format!("Deploy latest to {}", count(all.len(), "service")),
        }
    }
}

/// The panel of Deploy latest version.
#[component]
pub fn LatestPanel(
    /// The environment.
    environment: EnvironmentId,
) -> AnyView {
    let (store, route) = (use_store(), use_route());
    let latest = Latest::new(environment);
    let name = move || store.environment(environment).map_or_else(|| "environment".into(), |row| row.name.to_string());
    let about = move || {
        let waits = store.queue().len() + usize::from(store.deployment().is_some());
        match waits {
            0 => "The newest commit of each chosen service".to_owned(),
            waits => format!("Waits behind {}", count(waits, "request")),
        }
    };
    view! {
        <Dialog
            form=DialogForm::Sheet
            title=Signal::derive(move || format!("Deploy latest version in {}", name()))
            about=Signal::derive(about)
            on_close=move |()| route.close_panel()
        >
            <LatestForm latest=latest/>
        </Dialog>
    }
}

#[component]
fn LatestForm(latest: Latest) -> AnyView {
    let dialog = use_dialog();
    let none = Memo::new(move |_| latest.acting().is_empty());
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let rows = untrack(|| latest.acting());
        if rows.is_empty() || latest.sending.with_untracked(Option::is_some) {
            return;
        }
        latest.sending.set(Some((0, rows.len())));
        latest.problem.set(None);
        spawn_local(async move {
            let services = rows.iter().map(|row| row.id).collect();
            let versions = latest.versions(rows).await;
            // The panel may have been closed meanwhile: then nothing is sent.
            if latest.sending.try_set(None).is_some() {
                return;
            }
            match versions {
                Ok(versions) => {
                    latest.store.send(order(latest.environment, services, versions));
                    dialog.close();
                }
                Err(problem) => {
                    latest.problem.try_set(Some(problem));
                }
            }
        });
    };
    let left_out = move || {
        latest.parties.with(|parties| {
            let all = parties.iter().flat_map(|parties| &parties.left_out);
            all.map(|(row, why)| (row.clone(), Said::LeftOut(why.clone()))).collect::<Vec<_>>()
        })
    };
    view! {
        <form class="dialog-form" on:submit=submit>
            <div class="dialog-body picker">
                <LatestTools latest=latest/>
                <LatestList latest=latest/>
                <details class="left-out">
                    <summary>{move || format!("Left out: {}", count(left_out().len(), "service"))}</summary>
                    <PartyList heading="Left out".to_owned() parties=Signal::derive(left_out)/>
                </details>
            </div>
            <div class="dialog-foot">
                {move || latest.problem.get().map(|problem| view! { <p class="refused note" role="alert">{problem}</p> })}
                <CopyCurl order=Signal::derive(move || latest.order())/>
                <button class="button" type="button" on:click=move |_| dialog.close()>"Keep the versions"</button>
                <button
                    class="button primary"
                    type="submit"
                    aria-disabled=move || (none.get() || latest.sending.with(Option::is_some)).then_some("true")
                >
                    {move || match latest.sending.get() {
                        Some((read, all)) => {
                            format!("Reading commits, {} of {}", number_words(read), number_words(all))
                        }
                        None => latest.button(),
                    }}
                </button>
            </div>
        </form>
    }
}

fn order(environment: EnvironmentId, services: Vec<ServiceId>, versions: Vec<(ServiceId, Arc<str>)>) -> Order {
    Order { environment, action: Action::DeployLatest, scope: Scope::Environment, services, versions, force: false }
}

#[component]
fn LatestTools(latest: Latest) -> AnyView {
    let every = Memo::new(move |_| {
        let chosen = latest.chosen.get();
        latest.shown.with(|shown| !shown.is_empty() && shown.iter().all(|row| chosen.contains(&row.id)))
    });
    let toggle = move |_| {
        let all = !every.get_untracked();
        let shown = latest.shown.get_untracked();
        latest.chosen.update(|chosen| {
            for row in &shown {
                if all {
                    chosen.insert(row.id);
                } else {
                    chosen.remove(&row.id);
                }
            }
        });
    };
    view! {
        <div class="picker-search">
            <label class="search">
                <Icon name=Glyph::Search/>
                <span class="visually-hidden">"Search services"</span>
                <input
                    class="input"
                    type="search"
                    autocomplete="off"
                    autofocus
                    placeholder="Search services"
                    prop:value=move || latest.search.get()
                    on:input=move |event| latest.search.set(event_target_value(&event))
                />
            </label>
            <label class="check">
                <input type="checkbox" prop:checked=move || every.get() on:change=toggle/>
                "Select all "
                {move || latest.shown.with(Vec::len)}
            </label>
        </div>
    }
}

#[component]
fn LatestList(latest: Latest) -> AnyView {
    let rows = Rows {
        count: Signal::derive(move || latest.shown.with(Vec::len)),
        key: Callback::new(move |at: usize| latest.shown.with(|shown| shown.get(at).map_or(0, |row| row.id.0))),
        row: Callback::new(move |at: usize| {
            let row = latest.shown.with_untracked(|shown| shown.get(at).cloned());
            row.map(|row| view! { <LatestRow latest=latest row=row/> }).into_any()
        }),
        active: Signal::stored(None),
    };
    let state = Memo::new(move |_| {
        let loaded = latest.parties.with(Option::is_some);
        (loaded, latest.shown.with(Vec::is_empty))
    });
    Child::view(move || match state.get() {
        (false, _) => view! { <p class="muted">"Loading services…"</p> },
        (true, true) => view! { <p class="muted">"No service with a git source is to be chosen here."</p> },
        (true, false) => view! { <VirtualList rows=rows label="Services with a git source"/> },
    })
}

#[component]
fn LatestRow(latest: Latest, row: Arc<ServiceRow>) -> AnyView {
    let store = latest.store;
    let (id, newest) = (row.id, latest.newest(&row));
    let name = row.name.to_string();
    let live = Signal::derive(move || store.service(id).unwrap_or_else(|| row.clone()));
    let next = {
        let newest = newest.clone();
        move || match newest.get() {
            Newest::Known(choice) => Some(choice.version),
            Newest::Reading | Newest::Failed(_) => None,
        }
    };
    let said = move || match newest.get() {
        Newest::Reading => "reading commits…".to_owned(),
        Newest::Failed(words) => words,
        Newest::Known(choice) => {
            let when = choice.at.map(|at| ago(store.now(), at)).unwrap_or_default();
            format!("{} · {} · {when}", choice.subject, choice.author)
        }
    };
    let toggle = move |_| {
        latest.chosen.update(|chosen| {
            if !chosen.remove(&id) {
                chosen.insert(id);
            }
        });
    };
    view! {
        <div role="listitem" class="choice">
            <label class="check">
                <input
                    type="checkbox"
                    prop:checked=move || latest.chosen.with(|chosen| chosen.contains(&id))
                    on:change=toggle
                />
                <span class="name">{name}</span>
            </label>
            <StatusChip status=Signal::derive(move || live.with(|row| row.status.clone()))/>
            <span class="marks">
                <VersionLabel
                    running=Signal::derive(move || live.with(|row| row.version_running.clone()))
                    next=Signal::derive(next)
                />
            </span>
            <span class="by">{said}</span>
        </div>
    }
}
