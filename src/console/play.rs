//! The Play button, and its menu: the one place where actions are offered.
//!
//! Every action is always there, in the same order; one that is refused says why, and what would make it available.

use std::sync::Arc;

use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;
use web_sys::{KeyboardEvent, MouseEvent};

use super::offer::Refused;
use super::ondemand::use_loader;
use super::parts::{Glyph, Icon};
use super::read::Read;
use super::route::{Panel, Target, use_route};
use super::state::{Order, Store, use_store};
use super::{curl, format, offer};
use crate::console::element::{Child, view};
use crate::lifecycle::{Action, EnvironmentId, Kind, ServiceFacts, ServiceId};

/// An open menu.
#[derive(Clone, PartialEq)]
pub struct Menu {
    /// What its actions are asked of.
    pub target: Target,
    /// The name of that.
    pub name: Arc<str>,
    /// The place of the button: left, top, right, bottom, in CSS pixels.
    at: [f64; 4],
}

/// The next sensible verb: what a look at the status would make one do.
pub fn next(allowed: impl Fn(Action) -> bool) -> Option<Action> {
    [Action::Deploy, Action::Cancel, Action::Redeploy].into_iter().find(|action| allowed(*action))
}

/// The next sensible verb of a service.
pub fn next_of_service(store: Store, facts: &ServiceFacts) -> Option<Action> {
    next(|action| offer::of_service(store, action, facts).is_ok())
}

/// A Play button. A click opens the menu.
pub fn play_button(store: Store, target: Target, name: Arc<str>, next: Read<Option<Action>>) -> AnyView {
    let loader = use_loader();
    let open = move || store.menu().with(|menu| menu.as_ref().is_some_and(|menu| menu.target == target));
    let label = format!("Play {name}");
    let press = move |event: MouseEvent| {
        let Some(button) = event.current_target().and_then(|target| target.dyn_into::<HtmlElement>().ok()) else {
            return;
        };
        if store.menu().with_untracked(|menu| menu.as_ref().is_some_and(|menu| menu.target == target)) {
            return store.menu().set(None);
        }
        let rect = button.get_bounding_client_rect();
        let at = [rect.left(), rect.top(), rect.right(), rect.bottom()];
        store.menu().set(Some(Menu { target, name: name.clone(), at }));
        loader.ask();
        store.poke();
    };
    let titled = next.clone();
    let glyph = Read::new(move || next.get().map_or(Glyph::More, Glyph::from));
    view! {
        <button
            type="button"
            class="play"
            aria-haspopup="menu"
            aria-expanded=move || Some(open().to_string())
            aria-label=label
            title=move || Some(titled.get().map_or("Actions", Action::words).to_owned())
            on:click=press
        >
            <Icon name=glyph/>
        </button>
    }
}

/// What the menu says of one action.
#[derive(Clone, PartialEq)]
struct Item {
    action: Action,
    refusal: Option<Refused>,
}

fn items(store: Store, target: Target) -> Vec<Item> {
    let judge = |action| match target {
        Target::Service { service, .. } => of_service(store, action, service),
        Target::Subset { .. } => Ok(()),
        Target::Environment(environment) => of_environment(store, action, environment),
    };
    Action::ALL.into_iter().map(|action| Item { action, refusal: judge(action).err() }).collect()
}

fn of_service(store: Store, action: Action, service: ServiceId) -> Result<(), Refused> {
    // A service that is gone from the list refuses nothing by itself: the server has the last word.
    store.service(service).map_or(Ok(()), |row| offer::of_service(store, action, &row.facts()))
}

fn of_environment(store: Store, action: Action, id: EnvironmentId) -> Result<(), Refused> {
    let Some(environment) = store.environment(id) else { return Ok(()) };
    let facts = store.facts_of(id).unwrap_or_else(|| environment.stand_ins());
    offer::of_environment(store, action, &environment.facts(), &facts)
}

/// The menu. Mounted once; every Play button opens this one.
pub fn play_menu() -> AnyView {
    let menu = use_store().menu();
    // A landmark around it, as around everything on the page.
    Child::view(move || {
        menu.get().map(|open| view! { <section aria-label="Play menu"><OpenMenu menu=open/></section> })
    })
}

#[component]
fn OpenMenu(menu: Menu) -> AnyView {
    let store = use_store();
    let route = use_route();
    let target = menu.target;
    let node = NodeRef::<html::Div>::new();
    let origin = StoredValue::new_local(document().active_element());
    let items = Memo::new(move |_| items(store, target));
    let place = menu.at;
    node.on_load(move |element| {
        let element: HtmlElement = element.into();
        // It fails only where it is open already.
        let _ = element.show_popover();
        put(&element, place);
        focus_item(&element, "[role=menuitem]:not([aria-disabled])");
    });
    let close = move || {
        store.menu().set(None);
        let origin = origin.try_get_value().flatten();
        if let Some(origin) = origin.and_then(|origin| origin.dyn_into::<HtmlElement>().ok()) {
            let _ = origin.focus();
        }
    };
    let choose = move |action: Action, alt: bool| {
        let refused =
            items.with_untracked(|items| items.iter().any(|item| item.action == action && item.refusal.is_some()));
        if refused {
            return;
        }
        close();
        match action {
            Action::Deploy | Action::Redeploy | Action::Restart | Action::Stop | Action::Cancel if alt => {
                curl::copy(store, Order::new(action, target, []));
            }
            // Of the version actions the version is chosen first; their panels copy them too.
            _ => store.press(action, target),
        }
    };
    let keys = move |event: KeyboardEvent| {
        let Some(element) = node.get_untracked() else { return };
        match event.key().as_str() {
            "Escape" | "Tab" => close(),
            "ArrowDown" => move_focus(&element, 1),
            "ArrowUp" => move_focus(&element, -1),
            "Home" => focus_item(&element, "[role=menuitem]"),
            // A click that a key makes does not tell of Alt.
            "Enter" if event.alt_key() => {
                if let Some(action) = focused(&entries(&element)).and_then(|at| Action::ALL.get(at)) {
                    choose(*action, true);
                }
            }
            "End" => {
                if let Some(last) = entries(&element).last() {
                    let _ = last.focus();
                }
            }
            key if key.chars().count() == 1 && key != " " => type_ahead(&element, key),
            _ => return,
        }
        event.prevent_default();
        event.stop_propagation();
    };
    let toggled = move |event: web_sys::Event| {
        let event: web_sys::ToggleEvent = event.unchecked_into();
        let mine = store.menu().with_untracked(|menu| menu.as_ref().is_some_and(|menu| menu.target == target));
        if event.new_state() == "closed" && mine {
            store.menu().set(None);
        }
    };
    let entry = move |action: Action| {
        let id = format!("why-{}", action.name());
        let described = id.clone();
        let reason = move || {
            items.with(|items| items.iter().find(|item| item.action == action).and_then(|item| item.refusal.clone()))
        };
        view! {
            // The reason stands beside the item, not in it: it describes the action, it does not name it.
            <div role="none" class="offer">
                <button
                    type="button"
                    role="menuitem"
                    tabindex="-1"
                    aria-disabled=move || reason().map(|_| "true".to_owned())
                    aria-describedby=move || reason().map(|_| described.clone())
                    on:click=move |event: MouseEvent| choose(action, event.alt_key())
                >
                    <Icon name=Glyph::from(action)/>
                    <span>{action.words()}</span>
                </button>
                {move || match reason() {
                    Some(refusal) => view! {
                        <span class="reason" id=id.clone()>
                            {refusal.why()} ". " <span class="remedy">{refusal.remedy()} "."</span>
                        </span>
                    },
                    None => ().into_any(),
                }}
            </div>
        }
    };
    let place = |glyph, words, panel| {
        view! {
            <div role="separator"></div>
            <button type="button" role="menuitem" tabindex="-1" on:click=move |_| {
                close();
                route.open_panel(panel);
            }>
                <Icon name=glyph/>
                <span>{words}</span>
            </button>
        }
    };
    let place = match target {
        Target::Service { environment, service } if is_known(store, service) => {
            place(Glyph::Configure, "Configure", Panel::Configure { environment, service })
        }
        Target::Environment(environment) => place(Glyph::More, "About", Panel::About { environment }),
        Target::Service { .. } | Target::Subset { .. } => ().into_any(),
    };
    view! {
        <div
            class="menu play-menu"
            node_ref=node
            popover="auto"
            role="menu"
            aria-label=format!("Actions of {}", menu.name)
            on:keydown=keys
            on:toggle=toggled
        >
            {Action::ALL.into_iter().map(entry).collect::<Vec<_>>()}
            {place}
            <p class="hint" role="none">"With Alt an action is copied as curl"</p>
        </div>
    }
}

/// Whether its configuration can be read: there is no call for a kind that is not known.
fn is_known(store: Store, service: ServiceId) -> bool {
    untrack(|| store.service(service)).is_some_and(|row| row.kind != Kind::Unknown)
}

/// Beside the button: below it where there is room, else above, and never outside of the window.
fn put(element: &HtmlElement, [_, top, right, bottom]: [f64; 4]) {
    let number = |value: Result<wasm_bindgen::JsValue, _>| value.ok().and_then(|value| value.as_f64()).unwrap_or(0.0);
    let (width, height) = (number(window().inner_width()), number(window().inner_height()));
    let (own_width, own_height) = (f64::from(element.offset_width()), f64::from(element.offset_height()));
    let left = (right - own_width).clamp(8.0, (width - own_width - 8.0).max(8.0));
    let below = bottom + 4.0;
    let fits = below + own_height + 8.0 <= height;
    let y = if fits { below } else { (top - own_height - 4.0).max(8.0).min((height - own_height - 8.0).max(8.0)) };
    let style = element.style();
    // A style that cannot be set leaves the menu where the browser puts popovers: in the middle.
    let _ = style.set_property("left", &format::px(left));
    let _ = style.set_property("top", &format::px(y));
}

fn entries(menu: &web_sys::Element) -> Vec<HtmlElement> {
    let Ok(list) = menu.query_selector_all("[role=menuitem]") else { return Vec::new() };
    (0..list.length()).filter_map(|at| list.item(at).and_then(|node| node.dyn_into().ok())).collect()
}

fn focus_item(menu: &web_sys::Element, selector: &str) {
    if let Some(item) =
        menu.query_selector(selector).ok().flatten().and_then(|item| item.dyn_into::<HtmlElement>().ok())
    {
        let _ = item.focus();
    }
}

/// The place of the entry that has the focus.
fn focused(entries: &[HtmlElement]) -> Option<usize> {
    let now = document().active_element()?;
    entries.iter().position(|entry| now == *entry.unchecked_ref::<web_sys::Element>())
}

fn move_focus(menu: &web_sys::Element, by: isize) {
    let entries = entries(menu);
    let at = focused(&entries);
    let count = entries.len() as isize;
    let to = at.map_or(0, |at| (at as isize + by).rem_euclid(count.max(1)));
    if let Some(entry) = entries.get(to as usize) {
        let _ = entry.focus();
    }
}

fn type_ahead(menu: &web_sys::Element, key: &str) {
    let key = key.to_lowercase();
    let entries = entries(menu);
    let starts = |entry: &&HtmlElement| entry.text_content().unwrap_or_default().to_lowercase().starts_with(&key);
    if let Some(entry) = entries.iter().find(starts) {
        let _ = entry.focus();
    }
}
