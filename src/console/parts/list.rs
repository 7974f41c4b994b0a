//! A list of which only the visible rows are in the document: ten thousand rows cost as much as thirty.

use crate::console::element::{Item, each, view};
use crate::console::format::px;
use leptos::html;
use leptos::prelude::*;

/// Height of a row, in rem; style/panels.css says the same of `.virtual > * > *`.
const ROW: f64 = 2.75;
/// Rows kept above and below the visible ones, so that scrolling meets no blank.
const SPARE: usize = 6;

/// What a list needs to know of its rows. Rows are told by their place in the list.
#[derive(Clone, Copy)]
pub struct Rows {
    /// How many there are.
    pub count: Signal<usize>,
    /// What identifies the row at a place; a row is drawn anew when this changes.
    pub key: Callback<usize, u128>,
    /// Draws the row at a place.
    pub row: Callback<usize, AnyView>,
    /// The row to keep in sight.
    pub active: Signal<Option<usize>>,
}

fn row_height() -> f64 {
    document()
        .document_element()
        .and_then(|root| window().get_computed_style(&root).ok().flatten())
        .and_then(|style| style.get_property_value("font-size").ok())
        .map(|size| js_sys::parse_float(&size))
        .filter(|size| size.is_finite())
        .unwrap_or(16.0)
        * ROW
}

fn window_height() -> f64 {
    window().inner_height().ok().and_then(|height| height.as_f64()).unwrap_or(1_000.0)
}

/// A scrolling list of rows of one height.
#[component]
pub fn VirtualList(
    /// Its rows.
    rows: Rows,
    /// `list`, or `listbox` where one is chosen.
    #[prop(default = "list")]
    role: &'static str,
    /// Its accessible name.
    #[prop(into)]
    label: Signal<String>,
    /// Its id, for `aria-controls`.
    #[prop(optional)]
    id: &'static str,
) -> AnyView {
    let height = row_height();
    let node = NodeRef::<html::Div>::new();
    let (top, set_top) = signal(0.0_f64);
    // No list is higher than the window; asking the list itself would have to be repeated whenever it grows.
    let (view, set_view) = signal(window_height());
    let scrolled = move |_| {
        if let Some(node) = node.get_untracked() {
            set_top.set(f64::from(node.scroll_top()));
        }
    };
    let resized = window_event_listener(leptos::ev::resize, move |_| set_view.set(window_height()));
    on_cleanup(move || resized.remove());
    let range = Memo::new(move |_| {
        let count = rows.count.get();
        let first = ((top.get() / height) as usize).saturating_sub(SPARE).min(count);
        let seen = (view.get() / height).ceil() as usize + 2 * SPARE;
        (first, (first + seen).min(count))
    });
    // Typing and arrow keys move the active row; the list follows, and only as far as it must.
    Effect::new(move |_| {
        let (Some(active), Some(node)) = (rows.active.get(), node.get()) else { return };
        let (start, end) = (active as f64 * height, (active + 1) as f64 * height);
        let (top, size) = (f64::from(node.scroll_top()), f64::from(node.client_height()));
        if start < top {
            node.set_scroll_top(start as i32);
        } else if end > top + size {
            node.set_scroll_top((end - size).ceil() as i32);
        }
    });
    view! {
        <div
            node_ref=node
            class="virtual"
            id=(!id.is_empty()).then_some(id)
            tabindex="0"
            role=role
            aria-label=move || label.get()
            style:block-size=move || px(rows.count.get() as f64 * height + 2.0)
            on:scroll=scrolled
        >
            <div role="presentation" style:block-size=move || px(rows.count.get() as f64 * height)>
                <div
                    role="presentation"
                    style:transform=move || format!("translateY({})", px(range.get().0 as f64 * height))
                >
                    {each(move || {
                        let (first, end) = range.get();
                        (first..end).map(|at| Item::placed(rows.key.run(at), at, move |_| rows.row.run(at))).collect()
                    })}
                </div>
            </div>
        </div>
    }
}
