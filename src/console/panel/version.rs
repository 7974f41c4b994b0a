//! The version picker: any commit, image tag or chart version, found by anything one remembers of it.

use std::sync::Arc;

use leptos::ev::{KeyboardEvent, SubmitEvent};
use leptos::html;
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::versions::{Choice, versions};
use crate::client::Error;
use crate::console::curl::CopyCurl;
use crate::console::element::{Child, view};
use crate::console::format::{ago, count, moment, number_words, short_version};
use crate::console::offer;
use crate::console::parts::{Dialog, DialogForm, Glyph, Icon, Mark, Reason, Rows, VirtualList, use_dialog};
use crate::console::route::use_route;
use crate::console::state::row::ServiceRow;
use crate::console::state::{Order, use_store};
use crate::lifecycle::{Action, EnvironmentId, RunningStatus, Scope, ServiceId, Source};

/// What has been read so far.
#[derive(Clone)]
enum Read {
    Loading,
    Loaded(Arc<[Choice]>),
    Failed(Error),
}

/// The state of the picker: what there is, what matches, what is chosen.
#[derive(Clone, Copy)]
struct Picker {
    environment: EnvironmentId,
    service: Signal<Option<Arc<ServiceRow>>>,
    read: RwSignal<Read>,
    search: RwSignal<String>,
    wanted: RwSignal<Option<usize>>,
    matches: Memo<Arc<[usize]>>,
    chosen: Memo<Option<usize>>,
    submit: NodeRef<html::Button>,
}

impl Picker {
    fn new(environment: EnvironmentId, service: Signal<Option<Arc<ServiceRow>>>) -> Picker {
        let (read, search) = (RwSignal::new(Read::Loading), RwSignal::new(String::new()));
        let wanted = RwSignal::new(None);
        let matches: Memo<Arc<[usize]>> = Memo::new(move |_| {
            let search = search.get().to_lowercase();
            let words = search.split_whitespace().collect::<Vec<_>>();
            read.with(|read| match read {
                Read::Loaded(all) => {
                    let found = all.iter().enumerate().filter(|(_, choice)| choice.matches(&words));
                    found.map(|(at, _)| at).collect::<Vec<_>>().into()
                }
                Read::Loading | Read::Failed(_) => Vec::new().into(),
            })
        });
        // What the search has hidden is not chosen: the button never deploys what is not to be seen.
        let chosen =
            Memo::new(move |_| wanted.get().filter(|at| matches.with(|found| found.binary_search(at).is_ok())));
        Picker { environment, service, read, search, wanted, matches, chosen, submit: NodeRef::new() }
    }

    fn choice(self, at: usize) -> Option<Choice> {
        self.read.with(|read| match read {
            Read::Loaded(all) => all.get(at).cloned(),
            Read::Loading | Read::Failed(_) => None,
        })
    }

    fn chosen_choice(self) -> Option<Choice> {
        self.chosen.get().and_then(|at| self.choice(at))
    }

    fn name(self) -> String {
        self.service.with(|row| row.as_ref().map_or_else(|| "service".into(), |row| row.name.to_string()))
    }

    /// Chooses the first row if none is chosen, and else goes to the button.
    fn go_on(self) {
        match (self.chosen.get_untracked(), self.submit.get_untracked()) {
            (Some(_), Some(button)) => {
                // A button that is there takes focus.
                let _ = button.focus();
            }
            (Some(_), None) | (None, _) => self.walk(0),
        }
    }

    /// Moves the choice by so many rows; the first step lands on the first row.
    fn walk(self, step: isize) {
        let found = self.matches.get_untracked();
        let Some(last) = found.len().checked_sub(1) else { return };
        let place = match self.chosen.get_untracked().and_then(|at| found.binary_search(&at).ok()) {
            Some(place) => place.saturating_add_signed(step).min(last),
            None => 0,
        };
        self.wanted.set(found.get(place).copied());
    }
}

/// The version picker of one service.
#[component]
pub fn VersionPanel(
    /// Where the service is.
    environment: EnvironmentId,
    /// The service.
    service: ServiceId,
) -> AnyView {
    let (store, route) = (use_store(), use_route());
    let picker = Picker::new(environment, Signal::derive(move || store.service(service)));
    let known = Memo::new(move |_| picker.service.with(|row| row.as_ref().map(|row| (row.kind, row.source))));
    let load = move || {
        let Some(row) = picker.service.get_untracked() else { return };
        picker.read.set(Read::Loading);
        let organization = untrack(|| store.organization());
        spawn_local(async move {
            let read = match versions(store.client(), organization, row).await {
                Ok(all) => Read::Loaded(all.into()),
                Err(error) => Read::Failed(error),
            };
            // The panel may have been closed meanwhile.
            picker.read.try_set(read);
        });
    };
    Effect::new(move |_| {
        if known.get().is_some() {
            load();
        }
    });
    view! {
        <Dialog
            form=DialogForm::Sheet
            title=Signal::derive(move || format!("Deploy other version of {}", picker.name()))
            about=Signal::derive(move || about(picker))
            on_close=move |()| route.close_panel()
        >
            <PickerForm picker=picker retry=Callback::new(move |()| load())/>
        </Dialog>
    }
}

fn about(picker: Picker) -> String {
    picker.service.with(|row| {
        let Some(row) = row else { return String::new() };
        match row.version_deployed() {
            Some(version) if row.running == RunningStatus::Stopped => {
                format!("Stopped; {} was deployed last", short_version(version))
            }
            Some(version) => format!("Deployed now: {}", short_version(version)),
            None if row.tells_version() => "Nothing of it is deployed yet".into(),
            None => "Which version is deployed is not told".into(),
        }
    })
}

#[component]
fn PickerForm(picker: Picker, retry: Callback<()>) -> AnyView {
    let (store, dialog) = (use_store(), use_dialog());
    let refusal = Memo::new(move |_| {
        picker.service.with(|row| {
            row.as_ref().and_then(|row| offer::of_service(store, Action::DeployVersion, &row.facts()).err())
        })
    });
    let ready = Memo::new(move |_| picker.chosen.get().is_some() && refusal.with(Option::is_none));
    let order = move || {
        let row = picker.service.get().filter(|_| ready.get())?;
        let choice = picker.chosen_choice()?;
        Some(Order {
            environment: picker.environment,
            action: Action::DeployVersion,
            scope: Scope::Service,
            services: vec![row.id],
            versions: vec![(row.id, choice.version)],
            force: false,
        })
    };
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        if let Some(order) = untrack(order) {
            store.send(order);
            dialog.close();
        }
    };
    let button = move || match picker.chosen_choice() {
        Some(choice) => format!("Deploy {} to {}", short_version(&choice.version), picker.name()),
        None => format!("Deploy to {}", picker.name()),
    };
    view! {
        <form class="dialog-form" on:submit=submit>
            <div class="dialog-body picker">
                <PickerSearch picker=picker/>
                <PickerList picker=picker retry=retry/>
            </div>
            <div class="dialog-foot">
                <p class="note" aria-live="polite">
                    {move || match refusal.get() {
                        Some(refusal) => view! { <Reason refusal=refusal/> },
                        None => what_happens(picker).into_any(),
                    }}
                </p>
                <CopyCurl order=Signal::derive(order)/>
                <button class="button" type="button" on:click=move |_| dialog.close()>"Keep the version"</button>
                <button node_ref=picker.submit class="button primary" type="submit" aria-disabled=move || (!ready.get()).then_some("true")>
                    {button}
                </button>
            </div>
        </form>
    }
}

fn what_happens(picker: Picker) -> String {
    let store = use_store();
    let Some(choice) = picker.chosen_choice() else { return "Choose a version".into() };
    let runs = picker.service.with(|row| {
        row.as_ref().is_some_and(|row| row.version_deployed().is_some_and(|deployed| *deployed == choice.version))
    });
    let waits = store.queue().len() + usize::from(store.deployment().is_some());
    let start = match waits {
        0 => "Starts at once".to_owned(),
        waits => format!("Waits behind {}", count(waits, "request")),
    };
    if runs { format!("This version is deployed already. {start}.") } else { format!("{start}.") }
}

#[component]
fn PickerSearch(picker: Picker) -> AnyView {
    let keys = move |event: KeyboardEvent| {
        let step = match event.key().as_str() {
            "ArrowDown" => 1,
            "ArrowUp" => -1,
            "PageDown" => 10,
            "PageUp" => -10,
            // Enter goes on to the button, it does not press it: what will happen is read first.
            "Enter" => {
                event.prevent_default();
                return picker.go_on();
            }
            _ => return,
        };
        event.prevent_default();
        picker.walk(step);
    };
    let found = move || {
        let found = picker.matches.with(|found| found.len());
        picker.read.with(|read| match read {
            Read::Loaded(all) if all.len() == found => number_words(found),
            Read::Loaded(all) => format!("{} of {}", number_words(found), number_words(all.len())),
            Read::Loading | Read::Failed(_) => String::new(),
        })
    };
    let placeholder = move || {
        picker.service.with(|row| match row.as_ref().map(|row| row.source) {
            Some(Source::Image) => "Search image tags",
            Some(Source::Chart) => "Search chart versions",
            Some(Source::Git | Source::None | Source::Unknown) | None => "Subject, author, hash or tag",
        })
    };
    view! {
        <div class="picker-search">
            <label class="search">
                <Icon name=Glyph::Search/>
                <span class="visually-hidden">"Search versions"</span>
                <input
                    class="input"
                    type="search"
                    role="combobox"
                    aria-expanded="true"
                    aria-controls="versions"
                    aria-autocomplete="list"
                    aria-activedescendant=move || picker.chosen.get().map(|at| format!("version-{at}"))
                    autocomplete="off"
                    spellcheck="false"
                    autofocus
                    placeholder=placeholder
                    prop:value=move || picker.search.get()
                    on:input=move |event| picker.search.set(event_target_value(&event))
                    on:keydown=keys
                />
            </label>
            <span class="muted" aria-live="polite">{found}</span>
        </div>
    }
}

#[component]
fn PickerList(picker: Picker, retry: Callback<()>) -> AnyView {
    let rows = Rows {
        count: Signal::derive(move || picker.matches.with(|found| found.len())),
        key: Callback::new(move |place: usize| {
            picker.matches.with(|found| found.get(place).map_or(u128::MAX, |at| *at as u128))
        }),
        row: Callback::new(move |place: usize| {
            let at = picker.matches.with_untracked(|found| found.get(place).copied());
            view! { <PickerRow picker=picker at=at place=place/> }
        }),
        active: Signal::derive(move || {
            let at = picker.chosen.get()?;
            picker.matches.with(|found| found.binary_search(&at).ok())
        }),
    };
    let empty = Memo::new(move |_| picker.matches.with(|found| found.is_empty()));
    Child::view(move || match picker.read.get() {
        Read::Loading => view! { <p class="muted">"Reading versions…"</p> },
        Read::Failed(error) => view! {
            <div role="alert">
                <p class="refused">{error.to_string()}</p>
                <button class="button" type="button" on:click=move |_| retry.run(())>"Read versions again"</button>
            </div>
        },
        Read::Loaded(all) if all.is_empty() => {
            view! { <p class="muted">"The server knows no versions of it."</p> }
        }
        Read::Loaded(_) => (move || {
            if empty.get() {
                view! { <p class="muted">"No version has this anywhere."</p> }
            } else {
                view! { <VirtualList rows=rows role="listbox" label="Versions" id="versions"/> }
            }
        })
        .into_any(),
    })
}

#[component]
fn PickerRow(picker: Picker, at: Option<usize>, place: usize) -> AnyView {
    let store = use_store();
    let Some((at, choice)) = at.and_then(|at| untrack(|| picker.choice(at)).map(|choice| (at, choice))) else {
        return ().into_any();
    };
    let is = {
        let version = choice.version.clone();
        move |which: fn(&ServiceRow) -> Option<&Arc<str>>| {
            picker.service.with(|row| row.as_ref().and_then(|row| which(row)).is_some_and(|other| *other == version))
        }
    };
    let marks = move || {
        let deployed = is(ServiceRow::version_deployed);
        let desired = is(|row| row.version_desired.as_ref());
        view! {
            {deployed.then(|| view! { <Mark word="deployed"/> })}
            {(desired && !deployed).then(|| view! { <Mark word="desired"/> })}
        }
    };
    let title = choice.at.map(|at| format!("{}\n{}\n{}", choice.version, choice.subject, moment(at)));
    let by = choice.at.map(|at| {
        let author = choice.author.clone();
        move || format!("{author} · {}", ago(store.now(), at))
    });
    let is_commit = picker.service.with_untracked(|row| row.as_ref().is_some_and(|row| row.source == Source::Git));
    Child::view(Some(view! {
        <div
            class="choice"
            class:commit=is_commit
            role="option"
            id=format!("version-{at}")
            title=title
            aria-selected=move || if picker.chosen.get() == Some(at) { "true" } else { "false" }
            aria-setsize=move || picker.matches.with(|found| found.len())
            aria-posinset=place + 1
            on:click=move |_| picker.wanted.set(Some(at))
        >
            <span class="version">{short_version(&choice.version)}</span>
            <span class="subject">{choice.subject.to_string()}</span>
            <span class="marks">
                {(!choice.tag.is_empty()).then(|| view! { <Mark word=choice.tag.to_string()/> })} {marks}
            </span>
            <span class="by">{by}</span>
        </div>
    }))
}
