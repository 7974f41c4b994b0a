//! The services of an environment.

mod head;
mod row;

use std::sync::Arc;

use leptos::prelude::AnyView;

use super::element::view;
use super::list::{self, Item};
use super::ondemand::use_loader;
use super::page::{List, page};
use super::route::{Column, Sort};
use super::state::Store;
use super::state::row::ServiceRow;
use super::table::{Head, Kind};
use crate::lifecycle::EnvironmentId;

const KIND: Kind = Kind {
    label: "Services",
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

const LIST: List = List {
    search: "Search services",
    table: KIND,
    items,
    state: Store::services_state,
    nothing: "This environment has no services",
    next: "Services are added where the environment is configured.",
};

/// The page of an environment.
pub fn services(id: EnvironmentId) -> AnyView {
    page(LIST, Box::new(move |_| head::head(id)), Box::new(move || use_loader().bar(id)))
}

/// The page of its deployments, under the same head; what stands there is loaded for it.
pub fn deployments(id: EnvironmentId) -> AnyView {
    view! {
        <main class="page">
            {head::head(id)}
            {use_loader().deployments(id)}
        </main>
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
