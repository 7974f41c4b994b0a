//! Panels and modals over a page; which one is open is said by `opened`.

mod aborting;
mod about;
mod cancel;
mod configure;
mod confirm;
pub mod connection;
mod draft;
mod effect;
mod facts;
pub mod keys;
mod latest;
mod outcome;
mod parties;
mod unreached;
mod version;
mod versions;

use leptos::prelude::*;

use super::demo::DemoPanel;
use super::route::{Panel, Target};
use crate::console::element::view;
use crate::lifecycle::Action;
use cancel::CancelPanel;
use configure::ConfigurePanel;
use confirm::ConfirmPanel;
use connection::ConnectionPanel;
use keys::Keys;
use latest::LatestPanel;
use outcome::OutcomePanel;
use version::VersionPanel;

/// A panel.
pub fn of(panel: Panel) -> AnyView {
    match panel {
        Panel::Action { action, target } => of_action(action, target),
        Panel::Configure { environment, service } => {
            view! { <ConfigurePanel environment=environment service=service/> }
        }
        Panel::About { environment } => about::about(environment),
        Panel::Outcome { request, .. } => view! { <OutcomePanel request=request/> },
        Panel::Demo => view! { <DemoPanel/> },
        Panel::Keys => view! { <Keys/> },
        Panel::Connection => view! { <ConnectionPanel/> },
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
