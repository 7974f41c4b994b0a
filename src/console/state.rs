//! The store: all that the console knows, flat, keyed by id; created once at the root.
//!
//! Data flows one way: the server's answers come in through `state/poll.rs`, components read signals, and what a person
//! wants goes out through [`Store::press`], [`Store::send`] and [`Store::take_back`]. No component calls the server.

pub mod act;
pub mod announce;
pub mod contract;
pub mod follow;
pub mod freshness;
pub mod load;
pub mod order;
pub mod past;
pub mod poll;
mod push;
pub mod remote;
pub mod row;
pub mod rows;
pub mod shown;
pub mod sweep;
pub mod wire;

use std::sync::Arc;

use leptos::prelude::*;

pub use freshness::Freshness;
pub use order::Order;
pub use remote::Remote;

use super::offer::Refused;
use super::ondemand::{Loader, use_loader};
use super::play::Menu;
use super::route::{Page, Panel, Route, Target, use_route};
use super::selection::Selection;
use crate::client::{self, Client};
use crate::lifecycle::{Action, EnvironmentId, ServiceFacts, ServiceId};
use row::{EnvironmentRow, Millis, Queued, Running, ServiceRow};
use rows::Rows;

/// The id and the name of an organization or a project.
pub type Named = (Arc<str>, Arc<str>);

/// All that the console knows. A handle: copies are the same store.
#[derive(Clone, Copy)]
pub struct Store {
    client: StoredValue<Client>,
    loader: Loader,
    route: Route,
    environments: Rows<EnvironmentRow>,
    services: Rows<ServiceRow>,
    /// Whose services are loaded.
    loaded: RwSignal<Option<EnvironmentId>>,
    focus: Memo<Option<EnvironmentId>>,
    queue: RwSignal<Vec<Queued>>,
    deployment: RwSignal<Option<Running>>,
    organization: RwSignal<Option<Arc<str>>>,
    organizations: RwSignal<Vec<Named>>,
    project: RwSignal<Option<Named>>,
    projects: RwSignal<Vec<Named>>,
    now: RwSignal<Millis>,
    contact: RwSignal<freshness::Contact>,
    selection: RwSignal<Selection>,
    menu: RwSignal<Option<Menu>>,
    said: RwSignal<String>,
    announcer: StoredValue<announce::Announcer>,
    poll: StoredValue<poll::Poll>,
    /// Rows of lists made since the last sweep.
    rows_made: StoredValue<u32>,
}

/// Creates the store at the root, and begins to follow the server.
pub fn provide_store(client: Client) -> Store {
    let route = use_route();
    let menu = RwSignal::new(None::<Menu>);
    let poll = poll::Poll::new(client.contract_only());
    let store = Store {
        client: StoredValue::new(client),
        loader: use_loader(),
        route,
        environments: Rows::default(),
        services: Rows::default(),
        loaded: RwSignal::new(None),
        focus: Memo::new(move |_| {
            let menu = menu.with(|menu| menu.as_ref().map(|menu| menu.target.environment()));
            menu.or(route.place().with(|place| place.focus()))
        }),
        queue: RwSignal::new(Vec::new()),
        deployment: RwSignal::new(None),
        organization: RwSignal::new(None),
        organizations: RwSignal::new(Vec::new()),
        project: RwSignal::new(None),
        projects: RwSignal::new(Vec::new()),
        now: RwSignal::new(0),
        contact: RwSignal::new(freshness::Contact::default()),
        selection: RwSignal::new(Selection::default()),
        menu,
        said: RwSignal::new(String::new()),
        announcer: StoredValue::new(announce::Announcer::default()),
        poll: StoredValue::new(poll),
        rows_made: StoredValue::new(0),
    };
    provide_context(store);
    poll::start(store);
    push::start(store);
    store
}

/// The store of the root.
///
/// # Panics
/// Outside of the app, where there is none: a mistake in the code, not in the data.
pub fn use_store() -> Store {
    expect_context()
}

impl Store {
    /// The calls to the server; for panels that read what only they need.
    pub fn client(self) -> Client {
        self.client.get_value()
    }

    /// The server's clock, reactive.
    pub fn now(self) -> Millis {
        self.now.get()
    }

    /// How fresh the data is, reactive.
    pub fn freshness(self) -> Freshness {
        self.contact.with(freshness::Contact::freshness)
    }

    /// The id of the organization that is open, reactive.
    pub fn organization(self) -> Option<Arc<str>> {
        self.organization.get()
    }

    /// All organizations, reactive.
    pub fn organizations(self) -> Vec<Named> {
        self.organizations.get()
    }

    /// The open project, reactive.
    pub fn project(self) -> Option<Named> {
        self.project.get()
    }

    /// All projects of the open organization, reactive.
    pub fn projects(self) -> Vec<Named> {
        self.projects.get()
    }

    /// Opens another organization or project: its id goes into the URL, as `organization` or `project`.
    pub fn open(self, key: &str, id: &str) {
        self.route.go(Page::Environments);
        self.route.change(|place| {
            // Of another organization, another project.
            place.rest.retain(|(known, _)| known != key && known != "project");
            place.rest.push((key.to_owned(), id.to_owned()));
        });
        self.reset();
    }

    /// All environments in their natural order, reactive on every change.
    pub fn environments(self) -> Remote<Vec<Arc<EnvironmentRow>>> {
        self.environments.remote().map(|()| self.environments.all())
    }

    /// Where the loading of the environments stands, reactive on that alone.
    pub fn environments_state(self) -> Remote<()> {
        self.environments.remote()
    }

    /// An environment, reactive on this one.
    pub fn environment(self, id: EnvironmentId) -> Option<Arc<EnvironmentRow>> {
        self.environments.get(id.0)
    }

    /// The environment whose services are wanted: that of the menu, of the panel, or of the page. Reactive.
    pub fn focus(self) -> Option<EnvironmentId> {
        self.focus.get()
    }

    /// The services of the focus, in the order of the pipeline. Reactive on every change: not for use in a row.
    pub fn services(self) -> Remote<Vec<Arc<ServiceRow>>> {
        self.services_state().map(|()| self.services.all())
    }

    /// Where the loading of the focus' services stands, reactive on that alone.
    pub fn services_state(self) -> Remote<()> {
        let remote = self.services.remote();
        if self.loaded.get() != self.focus.get() {
            // What is there belongs to another environment; a failure is of this one.
            return match remote {
                Remote::Failed(error) => Remote::Failed(error),
                Remote::Loading | Remote::Slow | Remote::Loaded(()) | Remote::Stale((), _) => Remote::Loading,
            };
        }
        remote
    }

    /// A service of the focus, reactive on this one.
    pub fn service(self, id: ServiceId) -> Option<Arc<ServiceRow>> {
        self.services.get(id.0)
    }

    /// What the rule looks at in each service of an environment, if they are loaded. Reactive.
    pub fn facts_of(self, environment: EnvironmentId) -> Option<Vec<ServiceFacts>> {
        if self.loaded.get() != Some(environment) {
            return None;
        }
        let remote = self.services.remote();
        remote.value().map(|()| self.services.all().iter().map(|row| row.facts()).collect())
    }

    /// The requests that wait in the focus, reactive.
    pub fn queue(self) -> Vec<Queued> {
        self.queue.get()
    }

    /// The deployment that runs in the focus, reactive.
    pub fn deployment(self) -> Option<Running> {
        self.deployment.get()
    }

    /// The selected services.
    pub fn selection(self) -> RwSignal<Selection> {
        self.selection
    }

    /// The open Play menu.
    pub fn menu(self) -> RwSignal<Option<Menu>> {
        self.menu
    }

    /// What the live region says.
    pub fn said(self) -> RwSignal<String> {
        self.said
    }

    /// A menu item, a button or a key asks for an action: it is sent, or its panel opens.
    pub fn press(self, action: Action, target: Target) {
        let environment = self.environments.peek(target.environment().0);
        // An environment that is not known is treated with the greater care.
        let production = environment.is_none_or(|environment| environment.production());
        match order::way(action, target, production) {
            order::Way::Send => {
                let selected: Vec<ServiceId> =
                    self.selection.with_untracked(|selection| selection.services().collect());
                self.send(Order::new(action, target, selected));
            }
            order::Way::Ask => self.route.open_panel(Panel::Action { action, target }),
        }
    }

    /// Asks the server again now, unless it wants to hear nothing yet.
    pub fn poke(self) {
        poll::poke(self);
    }

    /// Asks the server again now: somebody wants to see it.
    pub fn insist(self) {
        poll::insist(self);
    }

    /// Forgets everything and loads it again: another world is open.
    pub fn reset(self) {
        poll::reset(self);
    }

    /// Whether the server has no words for what goes on beyond the contract's.
    pub fn contract_only(self) -> bool {
        self.poll.try_with_value(|poll| poll.contract_only).unwrap_or(false)
    }

    /// Whether the server lets this page act. Reactive.
    ///
    /// # Errors
    /// [`Refused::ReadsOnly`].
    pub fn may_act(self) -> Result<(), Refused> {
        if self.contact.with(|contact| contact.reads_only) { Err(Refused::ReadsOnly) } else { Ok(()) }
    }

    /// How many requests the token has left in this hour, where the server tells. Reactive.
    pub fn requests_left(self) -> Option<u32> {
        self.contact.with(|contact| contact.left)
    }

    /// The last error of reading, if the data is old because of it. Reactive.
    pub fn trouble(self) -> Option<client::Error> {
        self.contact.with(|contact| contact.trouble.clone())
    }
}
