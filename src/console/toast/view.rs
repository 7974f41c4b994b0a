//! The toasts on the page: a live region, at the bottom, above no row that is being read.

use std::time::Duration;

use leptos::leptos_dom::helpers::{TimeoutHandle, set_timeout_with_handle};
use leptos::prelude::*;

use super::stage::Stage;
use super::{Toast, all};
use crate::console::element::{Child, Item, each, view};
use crate::console::parts::{Glyph, Icon};
use crate::console::route::{Panel, use_route};
use crate::console::state::{Order, follow, use_store};
use crate::lifecycle::{Action, RequestId, Scope, ServiceId};

/// How often a request that goes on is asked after.
const FOLLOW: Duration = Duration::from_millis(700);
/// How long a good outcome stays.
const STAY: Duration = Duration::from_secs(6);

/// All toasts. Mounted once.
pub fn toasts() -> AnyView {
    let toasts = all();
    view! {
        <section class="toasts" aria-label="Notifications" role="log" aria-live="polite">
            {each(move || {
                let item = |toast: Toast| Item::new(toast.number.into(), move |_| view! { <ToastView toast=toast/> });
                toasts.get().into_iter().map(item).collect()
            })}
        </section>
    }
}

#[component]
fn ToastView(toast: Toast) -> AnyView {
    follow(toast.clone());
    let held = leave_in_time(toast.clone());
    let stage = toast.stage.clone();
    let (shape, tone, words) = (
        {
            let stage = stage.clone();
            move || stage.with(Stage::shape)
        },
        {
            let stage = stage.clone();
            move || stage.with(Stage::tone)
        },
        {
            let stage = stage.clone();
            move || stage.with(Stage::words)
        },
    );
    let close = {
        let toast = toast.clone();
        move |_| toast.dismiss()
    };
    view! {
        <div
            class="toast"
            data-tone=tone
            on:pointerenter=move |_| held.set(true)
            on:pointerleave=move |_| held.set(false)
            on:focusin=move |_| held.set(true)
            on:focusout=move |_| held.set(false)
        >
            <span class="shape" data-shape=shape aria-hidden="true"></span>
            <div class="told">
                <b>{toast.words.clone()}</b>
                <span>{words}</span>
            </div>
            <button class="button quiet square small" type="button" aria-label="Dismiss" on:click=close>
                <Icon name=Glyph::Close/>
            </button>
            <ToastActions toast=toast/>
        </div>
    }
}

/// Asks after the request until its outcome is known.
fn follow(toast: Toast) {
    let asked = toast.clone();
    let request = move || asked.request.get_untracked().filter(|_| !asked.stage.with_untracked(Stage::is_over));
    follow::follow(use_store(), FOLLOW, request, move |told| toast.followed(told));
}

/// What nobody has to act on goes by itself, unless it is looked at (the answer).
fn leave_in_time(toast: Toast) -> RwSignal<bool> {
    let held = RwSignal::new(false);
    let timer = StoredValue::new(None::<TimeoutHandle>);
    let stop = move || {
        if let Some(timer) = timer.try_update_value(Option::take).flatten() {
            timer.clear();
        }
    };
    Effect::new(move |_| {
        stop();
        if toast.stage.with(Stage::may_leave) && !held.get() {
            let toast = toast.clone();
            timer.set_value(set_timeout_with_handle(move || toast.dismiss(), STAY).ok());
        }
    });
    on_cleanup(stop);
    held
}

#[component]
fn ToastActions(toast: Toast) -> AnyView {
    let (store, route) = (use_store(), use_route());
    Child::view(move || {
        let request = toast.request.get();
        let order = toast.order.clone()?;
        let details = |request: RequestId, order: &Order| {
            let panel = Panel::Outcome { environment: order.environment, request };
            view! { <button class="button small" type="button" on:click=move |_| route.open_panel(panel)>"Details"</button> }
        };
        let actions = match (toast.stage.get(), request) {
            (Stage::Waiting { .. }, Some(request)) => view! {
                <button class="button small" type="button" on:click=move |_| store.take_back(request)>"Take back"</button>
            },
            (Stage::Failed { services, .. }, request) => {
                let again = (!services.is_empty()).then(|| retry(&order, &services));
                let toast = toast.clone();
                view! {
                    {request.filter(|_| order.services.len() != 1).map(|request| details(request, &order))}
                    {again.map(|again| view! {
                        <button
                            class="button small"
                            type="button"
                            on:click=move |_| {
                                store.send(again.clone());
                                toast.dismiss();
                            }
                        >
                            "Retry failed"
                        </button>
                    })}
                }
            }
            (Stage::Done(_) | Stage::Ended(_), Some(request))
                if order.services.len() != 1 && order.action != Action::Cancel =>
            {
                details(request, &order).into_any()
            }
            (_, _) => return None,
        };
        Some(view! { <div class="actions">{actions}</div> })
    })
}

/// The same again, for those that failed. What Deploy and Redeploy mean for each is the rule's to say (law §4).
fn retry(order: &Order, failed: &[ServiceId]) -> Order {
    let scope = match order.action {
        Action::DeployVersion => Scope::Service,
        Action::DeployLatest => Scope::Environment,
        Action::Deploy | Action::Redeploy | Action::Restart | Action::Stop | Action::Cancel => Scope::Subset,
    };
    let versions = order.versions.iter().filter(|(id, _)| failed.contains(id)).cloned().collect();
    Order { scope, services: failed.to_vec(), versions, ..order.clone() }
}
