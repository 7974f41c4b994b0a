//! A table of any length: fixed heights, and only the lines near what is seen are in the document.

pub mod layout;

use std::sync::Arc;

use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::MouseEvent;

use super::format;
use super::list::{Line, Lines};
use super::route::{Column, Route, Sort, use_route};
use super::state::{Store, use_store};
use crate::console::element::{Item, each, view};
use layout::Heights;

/// The head of a column.
pub struct Head {
    /// By what it sorts, if it does.
    pub column: Option<Column>,
    /// Its words.
    pub label: &'static str,
}

/// What the two lists do differently with a row.
#[derive(Clone, Copy)]
pub struct Kind {
    /// What it is called.
    pub label: &'static str,
    /// The class of the table: its columns.
    pub class: &'static str,
    /// Its heads.
    pub heads: &'static [Head],
    /// The name of a row, for assistive technology.
    pub name: fn(Store, u128) -> Arc<str>,
    /// The cells of a row.
    pub cells: fn(Store, u128) -> AnyView,
    /// Whether rows can be selected.
    pub selectable: bool,
}

/// Draws what stands in a table without lines.
pub type Empty = Box<dyn Fn() -> AnyView + Send>;

/// A scrolling table. It also follows the keys that move between rows (see `keyboard`). `empty` stands in it when there
/// are no lines.
pub fn table(kind: Kind, lines: Signal<Arc<Lines>>, empty: Empty) -> AnyView {
    let store = use_store();
    let scroller = NodeRef::<html::Div>::new();
    let scroll = RwSignal::new(0.0);
    let height = RwSignal::new(0.0);
    let heights = RwSignal::new(Heights { row: 40.0, section: 32.0 });
    measure(scroller, height, heights);

    let window = Memo::new(move |_| {
        lines.with(|lines| {
            layout::window(scroll.get(), height.get().max(400.0), lines.all.len(), &lines.sections, heights.get())
        })
    });
    // The lines are read before the window, which reads them too: an effect whose second source was found changed while
    // its first was asked would not run (reactive_graph 0.2).
    let shown = move || lines.with(|lines| lines.all.get(window.get()).map(<[Line]>::to_vec).unwrap_or_default());
    let above = move || lines.with(|lines| layout::top(window.get().start, &lines.sections, heights.get()));
    let whole = move || lines.with(|lines| layout::top(lines.all.len(), &lines.sections, heights.get()));
    let none = Memo::new(move |_| usize::from(lines.with(|lines| lines.all.is_empty())));

    let cursor =
        super::keyboard::rows(lines, kind.selectable, Box::new(move |line| reveal(scroller, line, lines, heights)));
    let headless = kind.heads.len();
    view! {
        <div class="scroller" node_ref=scroller on:scroll=move |_| {
            if let Some(element) = scroller.get_untracked() {
                scroll.set(f64::from(element.scroll_top()));
            }
        }>
            <span class="probe-row" aria-hidden="true"></span>
            <span class="probe-section" aria-hidden="true"></span>
            <table
                class=format!("table {}", kind.class)
                role="grid"
                aria-label=kind.label
                aria-rowcount=move || Some(lines.with(|lines| lines.all.len() + 1).to_string())
                aria-colcount=headless.to_string()
                aria-multiselectable=kind.selectable.then_some("true")
            >
                <thead role="rowgroup">
                    <tr role="row" aria-rowindex="1">
                        {kind.heads.iter().map(|head| heading(head, lines, kind.selectable)).collect::<Vec<_>>()}
                    </tr>
                </thead>
                <tbody
                    role="rowgroup"
                    style:height=move || format::px(whole())
                    style:padding-top=move || format::px(above())
                >
                    {each(move || {
                        let item = |line: Line| Item::new(line.id(), move |at| {
                            let index = Signal::derive(move || window.with(|window| window.start) + at.get() + 2);
                            match line {
                                Line::Section(name, count) => section(name, count, index, headless),
                                Line::Row(key) => row(store, kind, key, index, cursor),
                            }
                        });
                        shown().into_iter().map(item).collect()
                    })}
                </tbody>
            </table>
            {move || (none.get() > 0).then(&empty)}
        </div>
    }
}

fn section(name: Arc<str>, count: usize, index: Signal<usize>, columns: usize) -> AnyView {
    view! {
        <tr class="section" role="row" aria-rowindex=move || Some(index.get().to_string())>
            <th role="rowheader" scope="rowgroup" aria-colspan=columns.to_string()>
                {format::mode(&name).to_owned()} " " <span class="muted">{count.to_string()}</span>
            </th>
        </tr>
    }
}

fn row(store: Store, kind: Kind, key: u128, index: Signal<usize>, cursor: RwSignal<Option<u128>>) -> AnyView {
    store.row_made(key);
    let selected = move || store.selection().with(|selection| selection.contains(key));
    // Tab reaches one row: where the reader is, else the first.
    let reached = move || cursor.get().map_or_else(|| index.get() <= 3, |cursor| cursor == key);
    view! {
        <tr
            class="row"
            role="row"
            id=format!("row-{key:x}")
            aria-rowindex=move || Some(index.get().to_string())
            aria-label=move || Some((kind.name)(store, key).to_string())
            aria-selected=move || kind.selectable.then(|| selected().to_string())
            tabindex=move || Some(if reached() { "0" } else { "-1" }.to_owned())
            on:focusin=move |_| cursor.set(Some(key))
        >
            {(kind.cells)(store, key)}
        </tr>
    }
}

fn heading(head: &'static Head, lines: Signal<Arc<Lines>>, selectable: bool) -> AnyView {
    let route = use_route();
    let Some(column) = head.column else {
        let inside = if selectable && head.label.is_empty() {
            super::selection::select_all(lines)
        } else {
            view! { <span class="visually-hidden">{head.label}</span> }
        };
        return view! { <th role="columnheader" scope="col">{inside}</th> };
    };
    let press = move |_: MouseEvent| {
        route.change(|place| {
            place.sort = match place.sort {
                Some(sort) if sort.column == column && sort.descending => None,
                Some(sort) if sort.column == column => Some(Sort { column, descending: true }),
                Some(_) | None => Some(Sort { column, descending: false }),
            }
        });
    };
    view! {
        <th role="columnheader" scope="col" aria-sort=move || order(route, column)>
            <button type="button" class="sort" on:click=press>{head.label}</button>
        </th>
    }
}

/// Which way the list is sorted by this column, if it is.
fn order(route: Route, column: Column) -> Option<String> {
    let sort = route.place().with(|place| place.sort).filter(|sort| sort.column == column)?;
    Some(if sort.descending { "descending" } else { "ascending" }.to_owned())
}

/// Rows that stand in for those that are on their way; seen after 200 ms only (style). After a while it says so.
pub fn skeleton(class: &'static str, slow: bool) -> AnyView {
    let lines = (0..14).map(|_| view! { <div class="bone"></div> }).collect::<Vec<_>>();
    view! {
        <p class="slow" role="status">{if slow { "The server takes long to answer. It is still being waited for." } else { "" }}</p>
        <div class=format!("scroller skeleton {class}") aria-hidden="true">{lines}</div>
    }
}

/// Follows the size of what is seen, and with it the heights the style sheet gives to lines.
fn measure(scroller: NodeRef<html::Div>, height: RwSignal<f64>, heights: RwSignal<Heights>) {
    let read = move || {
        let Some(element) = scroller.get_untracked() else { return };
        let probe = |class: &str| {
            let probe = element.query_selector(class).ok().flatten();
            probe.map(|probe| probe.get_bounding_client_rect().height()).filter(|height| *height > 0.0)
        };
        let (before, after) = (height.get_untracked(), f64::from(element.client_height()));
        height.set(after);
        keep_focused(&element, before, after);
        let now =
            Heights { row: probe(".probe-row").unwrap_or(40.0), section: probe(".probe-section").unwrap_or(32.0) };
        if heights.get_untracked() != now {
            heights.set(now);
        }
    };
    let observer = StoredValue::new_local(None);
    Effect::new(move |_| {
        let Some(element) = scroller.get() else { return };
        let changed = Closure::<dyn Fn()>::new(read);
        let Ok(resize) = web_sys::ResizeObserver::new(changed.as_ref().unchecked_ref()) else { return };
        resize.observe(&element);
        read();
        observer.set_value(Some((resize, changed)));
    });
    on_cleanup(move || {
        if let Some((resize, _)) = observer.try_update_value(Option::take).flatten() {
            resize.disconnect();
        }
    });
}

/// The row that is used stays in sight when the list gets shorter: a selection's bar or a toast has come.
fn keep_focused(scroller: &web_sys::Element, before: f64, after: f64) {
    let focused = document().active_element().and_then(|element| element.closest("[role=row]").ok().flatten());
    let Some(row) = focused.filter(|row| scroller.contains(Some(row))) else { return };
    let bottom = row.get_bounding_client_rect().bottom() - scroller.get_bounding_client_rect().top();
    // Whoever has scrolled away from it stays there.
    if after < bottom && bottom <= before + 1.0 {
        scroller.set_scroll_top(scroller.scroll_top() + (bottom - after).ceil() as i32);
    }
}

/// Scrolls so that a line is seen whole.
fn reveal(scroller: NodeRef<html::Div>, line: usize, lines: Signal<Arc<Lines>>, heights: RwSignal<Heights>) {
    let Some(element) = scroller.get_untracked() else { return };
    let heights = heights.get_untracked();
    let top = lines.with_untracked(|lines| layout::top(line, &lines.sections, heights));
    let head = element.query_selector("thead").ok().flatten();
    let head = head.map_or(0.0, |head| head.get_bounding_client_rect().height());
    let (seen, height) = (f64::from(element.scroll_top()), f64::from(element.client_height()) - head);
    if top < seen {
        element.set_scroll_top(top as i32);
    } else if top + heights.row > seen + height {
        element.set_scroll_top((top + heights.row - height).ceil() as i32);
    }
}
