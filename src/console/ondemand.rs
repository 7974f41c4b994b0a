//! What does not come with the page, but at the first sign that somebody is going to act: the Play menu, panels, the bar
//! of a selection, toasts, the demo's controls, world files; or to look at what was.
//!
//! A glance needs none of it, and it is a third of the program. Whoever hosts the console says how it is loaded (see
//! `src/rest.rs`); loaded once, it is there as if it had always been.

use std::cell::RefCell;
use std::pin::Pin;
use std::sync::Arc;

use leptos::leptos_dom::helpers::window_event_listener_untyped;
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::element::{Child, view};
use super::route::Panel;
use super::state::contract::{self, Contract};
use super::{demo, deployments, panel, play, selection, settings, toast};
use crate::lifecycle::EnvironmentId;

thread_local! {
    /// What was said to have failed before toasts were there: what, and what to do.
    static UNTOLD: RefCell<Vec<(String, String)>> = const { RefCell::new(Vec::new()) };
}

/// Says that something failed as soon as toasts are there, which are loaded for it.
pub fn tell_later(words: String, why: String) {
    UNTOLD.with_borrow_mut(|untold| untold.push((words, why)));
}

/// What is loaded: the ways into it.
#[derive(Clone, Copy, Debug)]
pub struct OnDemand {
    panel: fn(Panel) -> AnyView,
    menu: fn() -> AnyView,
    bar: fn(EnvironmentId) -> AnyView,
    deployments: fn(EnvironmentId) -> AnyView,
    settings: fn() -> AnyView,
    toasts: fn() -> AnyView,
    opener: fn() -> AnyView,
    /// How a server is followed that has the contract and nothing else.
    pub(super) contract: Contract,
}

impl OnDemand {
    /// All of it. Whatever names this function brings it along.
    pub fn all() -> OnDemand {
        OnDemand {
            panel: panel::of,
            menu: play::play_menu,
            bar: selection::action_bar,
            deployments: deployments::deployments,
            settings: settings::settings,
            toasts: || {
                for (words, why) in UNTOLD.take() {
                    toast::failed(words, why);
                }
                toast::toasts()
            },
            opener: demo::opener,
            contract: contract::CONTRACT,
        }
    }
}

/// It could not be loaded: the server did not answer, or has another version by now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotLoaded;

/// The way to load it.
pub type Load = Arc<dyn Fn() -> Loading + Send + Sync>;

/// It is on its way.
pub type Loading = Pin<Box<dyn Future<Output = Result<OnDemand, NotLoaded>>>>;

/// Loads it when it is asked for.
#[derive(Clone, Copy)]
pub struct Loader {
    load: StoredValue<Load>,
    state: RwSignal<State>,
    /// Whether it was asked for, and not only foreseen: then a failure is missed, and told.
    wanted: RwSignal<bool>,
}

#[derive(Clone, Copy, Debug)]
enum State {
    NotAsked,
    Loading,
    Failed,
    Loaded(OnDemand),
}

impl Loader {
    /// Made once, at the root. A pointer that moves or a key that is pressed is a sign that somebody is going
    /// to act; some assistive technology only clicks.
    pub fn provide(load: Load) {
        let (state, wanted) = (RwSignal::new(State::NotAsked), RwSignal::new(false));
        let loader = Loader { load: StoredValue::new(load), state, wanted };
        for sign in ["pointermove", "pointerdown", "keydown", "dragenter", "click"] {
            let listener = window_event_listener_untyped(sign, move |_| loader.foresee());
            on_cleanup(move || listener.remove());
        }
        if !UNTOLD.with_borrow(Vec::is_empty) {
            loader.begin();
        }
        provide_context(loader);
    }

    /// Begins to load what is not needed yet: a failure is told when it is missed.
    pub fn foresee(self) {
        if matches!(self.state.get_untracked(), State::NotAsked) {
            self.begin();
        }
    }

    /// It is needed now: begins to load, unless it is there or on its way.
    pub fn ask(self) {
        self.wanted.set(true);
        self.begin();
    }

    fn begin(self) {
        if matches!(self.state.get_untracked(), State::Loading | State::Loaded(_)) {
            return;
        }
        self.state.set(State::Loading);
        spawn_local(async move {
            let loading = self.load.with_value(|load| load());
            self.settle(loading.await);
        });
    }

    /// What came of loading. Loaded is loaded, whoever asked; a page that was left meanwhile has no loader any more.
    fn settle(self, result: Result<OnDemand, NotLoaded>) {
        if self.loaded_already().is_none() {
            self.state.try_set(match result {
                Ok(loaded) => State::Loaded(loaded),
                Err(NotLoaded) => State::Failed,
            });
        }
    }

    /// What is loaded, if it is.
    pub fn loaded_already(self) -> Option<OnDemand> {
        match self.state.try_get_untracked() {
            Some(State::Loaded(loaded)) => Some(loaded),
            Some(State::NotAsked | State::Loading | State::Failed) | None => None,
        }
    }

    /// What is loaded, as soon as it is.
    ///
    /// # Errors
    /// [`NotLoaded`]; it can be asked again.
    pub async fn loaded(self) -> Result<OnDemand, NotLoaded> {
        if let Some(loaded) = self.loaded_already() {
            return Ok(loaded);
        }
        let loading = self.load.with_value(|load| load());
        let result = loading.await;
        self.settle(result);
        result
    }

    /// A part, as soon as it is there.
    fn part(self, view: impl Fn(OnDemand) -> AnyView + Send + 'static) -> AnyView {
        Child::view(move || match self.state.get() {
            State::Loaded(loaded) => Some(view(loaded)),
            State::NotAsked | State::Loading | State::Failed => None,
        })
    }

    /// A panel; it is loaded for it.
    pub fn panel(self, panel: Panel) -> AnyView {
        self.ask();
        self.part(move |loaded| (loaded.panel)(panel))
    }

    /// The Play menu.
    pub fn menu(self) -> AnyView {
        self.part(|loaded| (loaded.menu)())
    }

    /// The bar of a selection.
    pub fn bar(self, environment: EnvironmentId) -> AnyView {
        self.part(move |loaded| (loaded.bar)(environment))
    }

    /// The deployments of an environment; they are loaded for it.
    pub fn deployments(self, environment: EnvironmentId) -> AnyView {
        self.ask();
        self.part(move |loaded| (loaded.deployments)(environment))
    }

    /// The settings; they are loaded for it.
    pub fn settings(self) -> AnyView {
        self.ask();
        self.part(|loaded| (loaded.settings)())
    }

    /// The toasts.
    pub fn toasts(self) -> AnyView {
        self.part(|loaded| (loaded.toasts)())
    }

    /// What listens to a server that pushes.
    pub fn lines(self) -> AnyView {
        self.part(|loaded| (loaded.contract.lines)())
    }

    /// What opens a file that was dropped on the page.
    pub fn opener(self) -> AnyView {
        self.part(|loaded| (loaded.opener)())
    }

    /// That it could not be loaded, and the way to try again.
    pub fn failure(self) -> AnyView {
        Child::view(move || {
            (self.wanted.get() && matches!(self.state.get(), State::Failed)).then(|| {
                view! {
                    <div class="not-loaded" role="alert">
                        <p>
                            "Menus and panels could not be loaded, so nothing can be changed from here. Check the connection; "
                            "if another version has been put in the place of this one, reload the page."
                        </p>
                        <button type="button" class="button small" on:click=move |_| self.ask()>"Try again"</button>
                        <button type="button" class="button small quiet" on:click=|_| reload()>"Reload the page"</button>
                    </div>
                }
            })
        })
    }
}

fn reload() {
    // A browser that refuses leaves the page as it is.
    let _ = window().location().reload();
}

/// The loader of the root.
pub fn use_loader() -> Loader {
    expect_context()
}
