//! The configuration editor: vCPU, memory, instances; what differs from what runs is marked, and saving offers Redeploy.

use std::sync::Arc;

use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::draft::{Draft, Field};
use super::facts::of_service;
use crate::api::details::{Detailed, ServiceDetails};
use crate::api::service::Service;
use crate::client::Error;
use crate::client::order::word;
use crate::console::element::{Child, Item, each, view};
use crate::console::format;
use crate::console::offer;
use crate::console::parts::{Dialog, DialogForm, Mark, Reason, Tone, use_dialog};
use crate::console::route::{Target, use_route};
use crate::console::state::row::ServiceRow;
use crate::console::state::{Store, use_store};
use crate::lifecycle::{Action, EnvironmentId, ServiceId, Sync};

/// How far the edit is.
#[derive(Clone, Debug, PartialEq)]
enum Stage {
    Reading,
    Unreadable(Error),
    Editing,
    Saving,
    Saved,
}

/// The state of the editor.
#[derive(Clone, Copy)]
struct Editor {
    store: Store,
    environment: EnvironmentId,
    id: ServiceId,
    service: Signal<Option<Arc<ServiceRow>>>,
    stage: RwSignal<Stage>,
    /// As it was read last.
    read: RwSignal<Option<Detailed<Service, ServiceDetails>>>,
    saved: RwSignal<Draft>,
    draft: RwSignal<Draft>,
    problems: RwSignal<Vec<(Field, String)>>,
    failure: RwSignal<Option<String>>,
}

impl Editor {
    fn name(self) -> String {
        self.service.with(|row| row.as_ref().map_or_else(|| "service".into(), |row| row.name.to_string()))
    }

    fn read(self) {
        let Some(row) = self.service.get_untracked() else { return };
        self.stage.set(Stage::Reading);
        spawn_local(async move {
            let answer = self.store.client().service(word(row.kind), row.id).await;
            // The panel may have been closed meanwhile.
            self.stage.try_set(match answer {
                Ok(configured) => {
                    let draft = Draft::of(&configured.plain);
                    self.saved.try_set(draft.clone());
                    self.draft.try_set(draft);
                    self.read.try_set(Some(configured));
                    Stage::Editing
                }
                Err(error) => Stage::Unreadable(error),
            });
        });
    }

    fn save(self) {
        let Some(row) = self.service.get_untracked() else { return };
        self.failure.set(None);
        let sent = self.draft.get_untracked();
        match sent.edit() {
            Err(problems) => self.problems.set(problems),
            Ok(edit) => {
                self.problems.set(Vec::new());
                self.stage.set(Stage::Saving);
                let client = self.store.client();
                spawn_local(async move {
                    let answer = client.configure(word(row.kind), row.id, edit).await;
                    self.store.poke();
                    let saved = answer.is_ok();
                    self.saved_or_not(sent, answer);
                    // When it was changed last is another moment now, for who still looks.
                    if saved && self.read.try_get_untracked().is_some() {
                        let again = client.service(word(row.kind), row.id).await;
                        self.read.try_update(|read| match again {
                            Ok(again) => *read = Some(again),
                            Err(_) => read.iter_mut().for_each(|read| read.details.updated_at = None),
                        });
                    }
                });
            }
        }
    }

    /// What was sent is saved; what was typed meanwhile is not.
    fn saved_or_not(self, sent: Draft, answer: Result<(), Error>) {
        match answer {
            Ok(()) => {
                self.saved.try_set(sent);
                self.stage.try_set(Stage::Saved);
            }
            Err(error) => {
                let words = error.to_string();
                let field = Field::ALL.into_iter().find(|field| words.contains(field.name()));
                if let Some(field) = field {
                    self.problems.try_set(vec![(field, words)]);
                } else {
                    self.failure.try_set(Some(words));
                }
                self.stage.try_set(Stage::Editing);
            }
        }
    }

    fn changed(self) -> bool {
        self.draft.with(|draft| self.saved.with(|saved| saved != draft))
    }
}

/// The configuration editor of one service.
#[component]
pub fn ConfigurePanel(
    /// Where the service is.
    environment: EnvironmentId,
    /// The service.
    service: ServiceId,
) -> AnyView {
    let (store, route) = (use_store(), use_route());
    let editor = Editor {
        store,
        environment,
        id: service,
        service: Signal::derive(move || store.service(service)),
        stage: RwSignal::new(Stage::Reading),
        read: RwSignal::new(None),
        saved: RwSignal::new(Draft::default()),
        draft: RwSignal::new(Draft::default()),
        problems: RwSignal::new(Vec::new()),
        failure: RwSignal::new(None),
    };
    let known = Memo::new(move |_| editor.service.with(Option::is_some));
    Effect::new(move |_| {
        if known.get() {
            editor.read();
        }
    });
    view! {
        <Dialog
            form=DialogForm::Sheet
            title=Signal::derive(move || format!("Configure {}", editor.name()))
            about="Desired values; they take effect with the next deployment"
            on_close=move |()| route.close_panel()
        >
            <EditorForm editor=editor/>
        </Dialog>
    }
}

#[component]
fn EditorForm(editor: Editor) -> AnyView {
    let dialog = use_dialog();
    let refused = Memo::new(move |_| editor.store.may_act().err());
    let idle = Memo::new(move |_| {
        !editor.changed() || refused.with(Option::is_some) || editor.stage.with(|stage| *stage == Stage::Saving)
    });
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        if !idle.get_untracked() {
            editor.save();
        }
    };
    let fields = Memo::new(move |_| editor.draft.with(Draft::fields));
    view! {
        <form class="dialog-form" on:submit=submit novalidate>
            <div class="dialog-body">
                <EditorState editor=editor/>
                <div class="fields">
                    {each(move || {
                        let item = |field| Item::new(field as u128, move |_| view! { <EditorField editor=editor field=field/> });
                        fields.get().into_iter().map(item).collect()
                    })}
                </div>
                {move || editor.failure.get().map(|words| view! { <p class="refused" role="alert">{words}</p> })}
                {Child::view(move || editor.read.with(|read| read.as_ref().map(of_service)))}
            </div>
            <div class="dialog-foot">
                {move || refused.get().map(|refusal| view! { <p class="note"><Reason refusal=refusal/></p> })}
                <AfterSaving editor=editor/>
                <button class="button" type="button" autofocus on:click=move |_| dialog.close()>
                    {move || if editor.changed() { "Discard changes" } else { "Close" }}
                </button>
                <button class="button primary" type="submit" aria-disabled=move || idle.get().then_some("true")>
                    {move || if editor.stage.with(|stage| *stage == Stage::Saving) {
                        "Saving…".to_owned()
                    } else {
                        format!("Save {}", editor.name())
                    }}
                </button>
            </div>
        </form>
    }
}

/// What there is to say above the fields: not read yet, nothing to set, out of date.
#[component]
fn EditorState(editor: Editor) -> AnyView {
    Child::view(move || match editor.stage.get() {
        Stage::Reading => view! { <p class="muted">"Reading the configuration…"</p> },
        Stage::Unreadable(error) => view! {
            <div role="alert">
                <p class="refused">{error.to_string()}</p>
                <button class="button" type="button" on:click=move |_| editor.read()>"Read the configuration again"</button>
            </div>
        },
        Stage::Editing | Stage::Saving | Stage::Saved => {
            let none = editor.draft.with(|draft| draft.fields().is_empty());
            let drift = editor.service.with(|row| row.as_ref().is_some_and(|row| row.sync == Sync::OutOfDate));
            view! {
                {none.then(|| view! { <p class="muted">"Nothing of it can be set here: its own values decide."</p> })}
                {drift.then(|| view! {
                    <p><Mark word="out of date" tone=Tone::Warn/> " What runs differs from what is desired. Redeploy applies it."</p>
                })}
            }
        }
    })
}

#[component]
fn EditorField(editor: Editor, field: Field) -> AnyView {
    let id = field.name();
    let hint_id = format!("{id}-hint");
    let problem = move || {
        editor.problems.with(|all| all.iter().find(|(other, _)| *other == field).map(|(_, words)| words.clone()))
    };
    let hint = move || {
        let value = editor.draft.with(|draft| draft.text(field).trim().parse::<u32>().ok());
        match (field, value) {
            (Field::Cpu, Some(value)) => format::cpu(value),
            (Field::Memory, Some(value)) if value >= 1024 => format::memory(value),
            (Field::Cpu | Field::Memory | Field::Min | Field::Max, _) => String::new(),
        }
    };
    // Told only where it differs from what is desired; a field that does not differ is not marked.
    let drift = move || {
        let runs = editor.service.with(|row| row.as_ref().and_then(|row| row.runs_with))?;
        let runs = field.running(&runs);
        let saved = editor.saved.with(|saved| saved.text(field).to_owned());
        (saved != runs.to_string()).then(|| view! { <Mark word=format!("runs with {runs}") tone=Tone::Warn/> })
    };
    view! {
        <div class="field">
            <label for=id>{field.label()} " " {drift}</label>
            <input
                class="input"
                id=id
                inputmode="numeric"
                autocomplete="off"
                prop:value=move || editor.draft.with(|draft| draft.text(field).to_owned())
                aria-invalid=move || problem().is_some().then_some("true")
                aria-describedby=hint_id.clone()
                on:input=move |event| {
                    let text = event_target_value(&event);
                    editor.draft.update(|draft| draft.set(field, text));
                    editor.problems.update(|all| all.retain(|(other, _)| *other != field));
                }
            />
            <span id=hint_id.clone()>
                <span class="hint">{hint}</span>
                <span class="problem" role="alert">{problem}</span>
            </span>
        </div>
    }
}

/// Saved is not running: the way to make it run, with the rule's answer.
#[component]
fn AfterSaving(editor: Editor) -> AnyView {
    let (route, dialog) = (use_route(), use_dialog());
    let redeploy = move |_| {
        let before = route.place().with_untracked(|place| place.panel);
        let target = Target::Service { environment: editor.environment, service: editor.id };
        editor.store.press(Action::Redeploy, target);
        // It may have opened its own confirmation in place of this panel.
        if route.place().with_untracked(|place| place.panel) == before {
            dialog.close();
        }
    };
    let shown = Memo::new(move |_| editor.stage.with(|stage| *stage == Stage::Saved) && !editor.changed());
    Child::view(move || {
        shown.get().then(|| {
            let refusal = editor
                .service
                .get()
                .and_then(|row| offer::of_service(editor.store, Action::Redeploy, &row.facts()).err());
            view! {
                <div class="note" role="status">
                    <p>"Saved. Nothing that runs has changed yet."</p>
                    {match refusal {
                        Some(refusal) => view! { <Reason refusal=refusal/> },
                        None => view! {
                            <button class="button small" type="button" on:click=redeploy>
                                {format!("Redeploy {}", editor.name())}
                            </button>
                        },
                    }}
                </div>
            }
        })
    })
}
