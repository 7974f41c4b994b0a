//! Panels and modals over a page: which one is open is the URL's to say, so each survives a reload and a shared link.

mod aborting;
mod cancel;
mod configure;
mod confirm;
mod draft;
mod effect;
mod latest;
mod outcome;
mod parties;
mod version;
mod versions;

use leptos::prelude::*;

use super::demo::{DemoPanel, DropZone};
use super::route::{Panel, Target, use_route};
use crate::lifecycle::Action;
use cancel::CancelPanel;
use configure::ConfigurePanel;
use confirm::ConfirmPanel;
use latest::LatestPanel;
use outcome::OutcomePanel;
use version::VersionPanel;

/// The panel the URL asks for, if any. Mounted once, by the shell.
#[component]
pub fn Panels() -> impl IntoView {
    let route = use_route();
    let panel = Memo::new(move |_| route.panel());
    let open = move || {
        panel.get().map(|panel| match panel {
            Panel::Action { action, target } => match action {
                Action::Deploy | Action::Redeploy | Action::Restart | Action::Stop => {
                    view! { <ConfirmPanel action=action target=target/> }.into_any()
                }
                Action::DeployVersion => match target {
                    Target::Service { environment, service } => {
                        view! { <VersionPanel environment=environment service=service/> }.into_any()
                    }
                    // Versions are picked one service at a time; the rule says so in the list.
                    Target::Subset { .. } | Target::Environment(_) => {
                        view! { <ConfirmPanel action=action target=target/> }.into_any()
                    }
                },
                Action::DeployLatest => view! { <LatestPanel environment=target.environment()/> }.into_any(),
                Action::Cancel => view! { <CancelPanel target=target/> }.into_any(),
            },
            Panel::Configure { environment, service } => {
                view! { <ConfigurePanel environment=environment service=service/> }.into_any()
            }
            Panel::Outcome { request, .. } => view! { <OutcomePanel request=request/> }.into_any(),
            Panel::Demo => view! { <DemoPanel/> }.into_any(),
            // The list of keys is the keyboard's own.
            Panel::Keys => ().into_any(),
        })
    };
    view! {
        <DropZone/>
        {open}
    }
}
