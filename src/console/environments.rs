//! The environments: home.

mod row;

pub use row::next_of;

use std::sync::Arc;

use leptos::prelude::*;

use super::format;
use super::list::{self, Item, Lines};
use super::route::{Column, Sort, use_route};
use super::shell::{Filters, chip, empty, failure};
use super::state::row::EnvironmentRow;
use super::state::{Remote, Store, use_store};
use super::table::{Head, Kind, Table, skeleton};

const KIND: Kind = Kind {
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

/// The words of a section: those of a mode.
pub fn mode_words(name: &str) -> String {
    format::mode(name).to_owned()
}

/// The page.
#[component]
pub fn Environments() -> impl IntoView {
    let route = use_route();
    let store = use_store();
    let sort = Memo::new(move |_| route.place().with(|place| place.sort));
    let items = Memo::new(move |_| Arc::new(items(store, sort.get())));
    let lines = Memo::new(move |_| {
        let items = items.get();
        Arc::new(route.place().with(|place| list::lines(&items, place)))
    });
    let counts = Memo::new(move |_| items.with(|items| list::counts(items)));
    let modes = Memo::new(move |_| items.with(|items| modes(items)));
    let chips = move || {
        let modes = modes.get();
        if modes.len() < 2 {
            return ().into_any();
        }
        modes.into_iter().map(|(mode, count)| mode_chip(mode, count)).collect_view().into_any()
    };
    view! {
        <main class="page">
            <div class="page-head">
                <h1>"Environments"</h1>
                <span class="muted">{move || items.with(|items| format::number_words(items.len()))}</span>
            </div>
            <Filters label="Search environments" counts>{chips}</Filters>
            {body(store, lines.into())}
        </main>
    }
}

fn body(store: Store, lines: Signal<Arc<Lines>>) -> impl IntoView {
    let state = Memo::new(move |_| store.environments_state());
    move || match state.get() {
        Remote::Loading => skeleton("environments", false),
        Remote::Slow => skeleton("environments", true),
        Remote::Failed(error) => failure(&error),
        Remote::Loaded(()) | Remote::Stale((), _) => view! {
            <Table
                label="Environments"
                kind=KIND
                lines
                empty=ViewFn::from(|| empty(
                    "This project has no environments",
                    "Open a world file or another scenario in the demo controls.",
                ))
            />
        }
        .into_any(),
    }
}

fn mode_chip(mode: Arc<str>, count: usize) -> AnyView {
    let route = use_route();
    let words = mode_words(&mode);
    let pressed = mode.clone();
    let on = Signal::derive(move || route.place().with(|place| place.modes.iter().any(|on| **on == *mode)));
    chip(words, Signal::stored(count), on, move |_| {
        let mode = pressed.to_string();
        route.change(|place| {
            if place.modes.contains(&mode) {
                place.modes.retain(|other| *other != mode);
            } else {
                place.modes.push(mode);
            }
        })
    })
}

fn modes(items: &[Item]) -> Vec<(Arc<str>, usize)> {
    let mut modes: Vec<(Arc<str>, usize)> = Vec::new();
    for item in items {
        match modes.iter_mut().find(|(mode, _)| *mode == item.section) {
            Some((_, count)) => *count += 1,
            None => modes.push((item.section.clone(), 1)),
        }
    }
    modes
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
