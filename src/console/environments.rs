//! The environments: home.

mod row;

pub use row::next_of;

use std::sync::Arc;

use leptos::prelude::*;

use super::format;
use super::list::{self, Item, Items};
use super::page::{List, page};
use super::route::{Column, Sort};
use super::state::row::EnvironmentRow;
use super::state::{Store, use_store};
use super::table::{Head, Kind};
use crate::console::element::view;

const KIND: Kind = Kind {
    label: "Environments",
    class: "environments",
    heads: &[
        Head { column: Some(Column::Name), label: "Environment" },
        Head { column: Some(Column::Status), label: "Deployment status" },
        Head { column: Some(Column::Running), label: "Running status" },
        Head { column: Some(Column::Operation), label: "Last operation" },
        Head { column: Some(Column::Cluster), label: "Cluster" },
        Head { column: None, label: "Actions" },
    ],
    name: row::name,
    cells: row::cells,
    selectable: false,
};

const LIST: List = List {
    search: "Search environments",
    table: KIND,
    items,
    state: Store::environments_state,
    nothing: "This project has no environments",
    next: "Environments are added where the project is configured.",
};

/// The page.
pub fn environments() -> AnyView {
    let head = |items: Memo<Arc<Items>>| {
        let store = use_store();
        let count = move || {
            let known = store.environments_state().value().is_some();
            known.then(|| items.with(|items| format::number_words(items.all.len())))
        };
        view! {
            <div class="page-head">
                <h1>"Environments"</h1>
                <span class="muted">{count}</span>
            </div>
        }
    };
    page(LIST, Box::new(head), Box::new(|| ().into_any()))
}

fn items(store: Store, sort: Option<Sort>) -> Vec<Item> {
    let rows = store.environments().into_value().unwrap_or_default();
    let mut items: Vec<Item> = rows.iter().map(|row| item(row, sort)).collect();
    list::sort(&mut items, sort.is_some_and(|sort| sort.descending));
    items
}

fn item(row: &EnvironmentRow, sort: Option<Sort>) -> Item {
    let (rank, text) = match sort.map(|sort| sort.column) {
        None | Some(Column::Name | Column::Version | Column::Stage) => (0, row.name.clone()),
        Some(Column::Status) => (list::status_rank(&row.status), row.name.clone()),
        Some(Column::Running) => (row.running as i64, row.name.clone()),
        Some(Column::Operation) => (row.operation.as_ref().map_or(0, |last| -last.at), row.name.clone()),
        Some(Column::Cluster) => (0, format!("{} {}", row.cluster, row.namespace).into()),
    };
    Item {
        key: row.id.0,
        haystack: row.haystack.clone(),
        group: list::group(&row.status),
        section: row.mode.clone(),
        rank,
        text,
    }
}
