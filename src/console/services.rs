//! The services of an environment.

mod head;
mod row;

use std::sync::Arc;

use leptos::prelude::*;

use super::list::{self, Item, Lines};
use super::route::{Column, Sort, use_route};
use super::selection::ActionBar;
use super::shell::{Filters, empty, failure};
use super::state::row::ServiceRow;
use super::state::{Remote, Store, use_store};
use super::table::{Head, Kind, Table, skeleton};
use crate::lifecycle::EnvironmentId;

const KIND: Kind = Kind {
    class: "services",
    heads: &[
        Head { column: None, label: "" },
        Head { column: Some(Column::Name), label: "Service" },
        Head { column: Some(Column::Status), label: "Deployment status" },
        Head { column: Some(Column::Running), label: "Running status" },
        Head { column: Some(Column::Version), label: "Version" },
        Head { column: Some(Column::Stage), label: "Stage" },
        Head { column: Some(Column::Operation), label: "Last operation" },
        Head { column: None, label: "Actions" },
    ],
    name: row::name,
    cells: row::cells,
    selectable: true,
};

/// The lines of the open list, for the boxes that select ranges of it.
#[derive(Clone, Copy)]
pub struct Listed(pub Signal<Arc<Lines>>);

/// The page.
#[component]
pub fn Services(
    /// The environment.
    id: EnvironmentId,
) -> impl IntoView {
    let route = use_route();
    let store = use_store();
    let sort = Memo::new(move |_| route.place().with(|place| place.sort));
    let items = Memo::new(move |_| Arc::new(items(store, sort.get())));
    let lines = Memo::new(move |_| {
        let items = items.get();
        Arc::new(route.place().with(|place| list::lines(&items, place)))
    });
    let counts = Memo::new(move |_| items.with(|items| list::counts(items)));
    provide_context(Listed(lines.into()));
    view! {
        <main class="page">
            <head::Head id/>
            <Filters label="Search services" counts/>
            {body(store, lines.into())}
            <ActionBar environment=id/>
        </main>
    }
}

fn body(store: Store, lines: Signal<Arc<Lines>>) -> impl IntoView {
    let state = Memo::new(move |_| store.services_state());
    move || {
        match state.get() {
        Remote::Loading => skeleton("services", false),
        Remote::Slow => skeleton("services", true),
        Remote::Failed(error) => failure(&error),
        Remote::Loaded(()) | Remote::Stale((), _) => view! {
            <Table
                label="Services"
                kind=KIND
                lines
                empty=ViewFn::from(|| empty("This environment has no services", "Services are added where the environment is configured."))
            />
        }
        .into_any(),
    }
    }
}

fn items(store: Store, sort: Option<Sort>) -> Vec<Item> {
    let rows = store.services().into_value().unwrap_or_default();
    let section: Arc<str> = "".into();
    let mut items: Vec<Item> = rows.iter().map(|row| item(row, sort, section.clone())).collect();
    // The natural order is the store's: pipeline, then name.
    if let Some(sort) = sort {
        list::sort(&mut items, sort.descending);
    }
    items
}

fn item(row: &ServiceRow, sort: Option<Sort>, section: Arc<str>) -> Item {
    let version = || row.version_running.clone().or(row.version_desired.clone()).unwrap_or_else(|| "".into());
    let (rank, text) = match sort.map(|sort| sort.column) {
        None | Some(Column::Name | Column::Cluster) => (0, row.name.clone()),
        Some(Column::Status) => (list::status_rank(&row.status), row.name.clone()),
        Some(Column::Running) => (row.running as i64, row.name.clone()),
        Some(Column::Version) => (0, version()),
        Some(Column::Stage) => (row.stage_order as i64, row.name.clone()),
        Some(Column::Operation) => (row.operation.as_ref().map_or(0, |last| -last.at), row.name.clone()),
    };
    Item { key: row.id.0, haystack: row.haystack.clone(), group: list::group(&row.status), section, rank, text }
}
