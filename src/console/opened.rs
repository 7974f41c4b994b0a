//! Which panel lies over the page: the URL says it, so that each survives a reload and a shared link.

use leptos::prelude::*;

use super::demo::{World, drop_zone};
use super::element::{Item, each, view};
use super::ondemand::use_loader;
use super::route::{Panel, use_route};

/// The panel the URL asks for, if any. Mounted once, by the shell.
#[component]
pub fn Panels() -> AnyView {
    let route = use_route();
    World::provide();
    // Each opening has a number: one panel after another is a new dialog, never the old one with other content.
    let opened = Memo::new(move |before: Option<&Option<(u32, Panel)>>| {
        let before = before.copied().flatten();
        let number = before.map_or(0, |(number, _)| number);
        route.panel().map(|panel| match before {
            Some((number, same)) if same == panel => (number, panel),
            Some(_) | None => (number + 1, panel),
        })
    });
    let loader = use_loader();
    let open = move |(number, panel): (u32, Panel)| Item::new(number.into(), move |_| loader.panel(panel));
    view! {
        {drop_zone(move || loader.ask())}
        {loader.opener()}
        {each(move || opened.get().map(open).into_iter().collect())}
    }
}
