//! What does not come with the page, but when it is first asked for: panels, the demo's controls, world files.
//!
//! A glance needs none of it, and it is a third of the console. Whoever hosts the console says how it is loaded (see
//! `main.rs`); loaded once, it is there as if it had always been.

use std::pin::Pin;
use std::sync::Arc;

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::element::Child;
use super::route::{Panel, use_route};
use super::{panel, toast};

/// What is loaded: the ways into it.
#[derive(Clone, Copy, Debug)]
pub struct OnDemand {
    panel: fn(Panel) -> AnyView,
    drop_zone: fn() -> AnyView,
}

impl OnDemand {
    /// All of it. Whatever names this function brings it along.
    pub fn all() -> OnDemand {
        OnDemand { panel: panel::of, drop_zone: panel::drop_zone }
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
    loading: StoredValue<bool>,
    loaded: RwSignal<Option<OnDemand>>,
}

impl Loader {
    /// Made once, at the root.
    pub fn provide(load: Load) {
        let (loading, loaded) = (StoredValue::new(false), RwSignal::new(None));
        provide_context(Loader { load: StoredValue::new(load), loading, loaded });
    }

    /// Begins to load, unless it is loaded or on its way: it is going to be needed.
    pub fn ask(self) {
        if self.loading.get_value() {
            return;
        }
        self.loading.set_value(true);
        let route = use_route();
        spawn_local(async move {
            let loading = self.load.with_value(|load| load());
            match loading.await {
                Ok(loaded) => self.loaded.set(Some(loaded)),
                Err(NotLoaded) => {
                    self.loading.set_value(false);
                    // A panel that was only foreseen is not missed yet.
                    if route.place().with_untracked(|place| place.panel.is_some()) {
                        let why =
                            "This part of the console could not be loaded. Check the connection and open it again.";
                        toast::failed("The panel was not opened".into(), why.into());
                        route.close_panel();
                    }
                }
            }
        });
    }

    /// A panel, as soon as it is there.
    pub fn panel(self, panel: Panel) -> AnyView {
        self.ask();
        Child::view(move || self.loaded.get().map(|loaded| (loaded.panel)(panel)))
    }

    /// What takes a file that is dropped on the page, as soon as it is there.
    pub fn drop_zone(self) -> AnyView {
        Child::view(move || self.loaded.get().map(|loaded| (loaded.drop_zone)()))
    }
}

/// The loader of the root.
pub fn use_loader() -> Loader {
    expect_context()
}
