//! Panels and modals over a page: which one is open is the URL's to say, so each survives a reload and a shared link.

mod aborting;
mod cancel;
mod configure;
mod confirm;
mod draft;
mod effect;
mod keys;
mod latest;
mod outcome;
mod parties;
mod version;
mod versions;

use leptos::prelude::*;

use super::demo::{DemoPanel, World, drop_zone};
use super::ondemand::use_loader;
use super::route::{Panel, Target, use_route};
use crate::console::element::{Item, each, view};
use crate::lifecycle::Action;
use cancel::CancelPanel;
use configure::ConfigurePanel;
use confirm::ConfirmPanel;
use keys::Keys;
use latest::LatestPanel;
use outcome::OutcomePanel;
use version::VersionPanel;

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

/// A panel.
pub fn of(panel: Panel) -> AnyView {
    match panel {
        Panel::Action { action, target } => of_action(action, target),
        Panel::Configure { environment, service } => {
            view! { <ConfigurePanel environment=environment service=service/> }
        }
        Panel::Outcome { request, .. } => view! { <OutcomePanel request=request/> },
        Panel::Demo => view! { <DemoPanel/> },
        Panel::Keys => view! { <Keys/> },
    }
}

fn of_action(action: Action, target: Target) -> AnyView {
    match (action, target) {
        (Action::Cancel, _) => view! { <CancelPanel target=target/> },
        (Action::DeployLatest, _) => view! { <LatestPanel environment=target.environment()/> },
        (Action::DeployVersion, Target::Service { environment, service }) => {
            view! { <VersionPanel environment=environment service=service/> }
        }
        // Versions are picked one service at a time; the rule says so in the list.
        (Action::Deploy | Action::Redeploy | Action::Restart | Action::Stop | Action::DeployVersion, _) => {
            view! { <ConfirmPanel action=action target=target/> }
        }
    }
}
