//! The browser's history as one signal: going to a place, and following back and forward.

use std::time::Duration;

use leptos::leptos_dom::helpers::TimeoutHandle;
use leptos::prelude::*;
use wasm_bindgen::{JsCast, JsValue};

use super::query::Query;
use super::{Page, Panel, Place};
use crate::lifecycle::EnvironmentId;

/// How long typing in the search waits until it is in the URL: browsers limit how often a page may write its history.
const SEARCH_TO_URL: Duration = Duration::from_millis(300);

/// The place where the console is, and the way to another.
#[derive(Clone, Copy)]
pub struct Route {
    place: RwSignal<Place>,
    /// The path the console lives under, with its slash at the end.
    base: StoredValue<String>,
    pending: StoredValue<Option<TimeoutHandle>>,
}

/// Creates the route at the root, and follows back, forward and clicks on links.
pub fn provide_route() -> Route {
    let base = base_path();
    let route =
        Route { place: RwSignal::new(read(&base)), base: StoredValue::new(base), pending: StoredValue::new(None) };
    provide_context(route);
    let back = window_event_listener(leptos::ev::popstate, move |_| route.follow());
    let links = window_event_listener(leptos::ev::click, move |event| route.click(&event));
    on_cleanup(move || {
        back.remove();
        links.remove();
    });
    route
}

/// The route of the root. Outside of the app a route of its own, that stays at home.
pub fn use_route() -> Route {
    use_context::<Route>().unwrap_or_else(provide_route)
}

impl Route {
    /// The place, reactive.
    pub fn place(self) -> RwSignal<Place> {
        self.place
    }

    /// The open panel, reactive.
    pub fn panel(self) -> Option<Panel> {
        self.place.with(|place| place.panel)
    }

    /// Opens a panel: one step back closes it.
    pub fn open_panel(self, panel: Panel) {
        if self.place.with_untracked(|place| place.panel) == Some(panel) {
            return;
        }
        self.settle_search();
        self.place.update(|place| place.panel = Some(panel));
        self.write(true, &JsValue::from_str("panel"));
    }

    /// Closes the open panel.
    pub fn close_panel(self) {
        if self.place.with_untracked(|place| place.panel.is_none()) {
            return;
        }
        self.place.update(|place| place.panel = None);
        let history = window().history();
        let pushed = history.as_ref().is_ok_and(|history| history.state().is_ok_and(|state| state == "panel"));
        match history {
            // The entry was made by opening the panel: going back leaves no dead step behind.
            Ok(history) if pushed => {
                let _ = history.back();
            }
            Ok(_) | Err(_) => self.write(false, &JsValue::NULL),
        }
    }

    /// Goes to a page; search, sort and filters do not come along.
    pub fn go(self, page: Page) {
        self.settle_search();
        self.place.update(|place| *place = place.at(page));
        self.write(true, &JsValue::NULL);
    }

    /// Changes sort or filters, in place.
    pub fn change(self, change: impl FnOnce(&mut Place)) {
        self.place.update(change);
        self.write(false, &state());
    }

    /// Changes the search: at once on the page, and in the URL when the typing pauses.
    pub fn search(self, text: String) {
        self.place.update(|place| place.search = text);
        self.forget_pending();
        let handle = set_timeout_with_handle(move || self.settle_search(), SEARCH_TO_URL);
        self.pending.set_value(handle.ok());
    }

    /// The link of a page, for `href`.
    pub fn link(self, page: Page) -> String {
        self.link_of(&self.place.with_untracked(|place| place.at(page)))
    }

    /// The link of a deployment of an environment, for `href`, with the lines of the service of this id; of none: all
    /// that was logged.
    pub fn link_deployment(self, id: EnvironmentId, deployment: &str, of: &str) -> String {
        let page = self.place.with_untracked(|place| place.at(Page::Deployments(id)));
        self.link_of(&Place { deployment: deployment.to_owned(), lines_of: of.to_owned(), ..page })
    }

    fn link_of(self, place: &Place) -> String {
        self.base.with_value(|base| format!("{base}{}", place.url()))
    }

    /// The link of an environment, for `href`.
    pub fn link_environment(self, id: EnvironmentId) -> String {
        self.link(Page::Services(id))
    }

    /// Writes a search that is not in the URL yet: the step that is about to be left keeps it.
    fn settle_search(self) {
        if self.pending.with_value(Option::is_some) {
            self.write(false, &state());
        }
    }

    fn forget_pending(self) {
        if let Some(handle) = self.pending.try_update_value(Option::take).flatten() {
            handle.clear();
        }
    }

    fn write(self, push: bool, state: &JsValue) {
        self.forget_pending();
        let url = self.place.with_untracked(Place::url);
        let url = self.base.with_value(|base| format!("{base}{url}"));
        let Ok(history) = window().history() else { return };
        // A refused write (a browser's limit on writes) leaves the page right and the URL a step behind.
        let _ = if push {
            history.push_state_with_url(state, "", Some(&url))
        } else {
            history.replace_state_with_url(state, "", Some(&url))
        };
    }

    fn follow(self) {
        let place = self.base.with_value(|base| read(base));
        if self.place.with_untracked(|now| *now != place) {
            self.place.set(place);
        }
    }

    /// A plain click on a link of ours does not load the page again.
    fn click(self, event: &web_sys::MouseEvent) {
        let modified = event.ctrl_key() || event.meta_key() || event.shift_key() || event.alt_key();
        if event.default_prevented() || event.button() != 0 || modified {
            return;
        }
        let target = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
        let Some(link) = target.and_then(|target| target.closest("a[href]").ok().flatten()) else { return };
        if link.has_attribute("download") || link.has_attribute("target") {
            return;
        }
        let href = link.get_attribute("href").unwrap_or_default();
        let base = self.base.get_value();
        let Some(url) = href.strip_prefix(base.as_str()) else { return };
        event.prevent_default();
        self.settle_search();
        let (path, query) = url.split_once('?').unwrap_or((url, ""));
        let place = Place::read(path, &Query::read(query));
        // Who is there already makes no step.
        if self.place.with_untracked(|here| *here != place) {
            self.place.set(place);
            self.write(true, &JsValue::NULL);
        }
    }
}

/// The mark of the present history entry.
fn state() -> JsValue {
    window().history().and_then(|history| history.state()).unwrap_or(JsValue::NULL)
}

/// The path of `document.baseURI`: the console can live under any path of a static host.
fn base_path() -> String {
    let uri = document().base_uri().ok().flatten().unwrap_or_default();
    let path = web_sys::Url::new(&uri).map(|url| url.pathname()).unwrap_or_default();
    match path.rfind('/') {
        Some(at) => path.get(..=at).unwrap_or("/").to_owned(),
        None => "/".to_owned(),
    }
}

fn read(base: &str) -> Place {
    let location = window().location();
    let path = location.pathname().unwrap_or_default();
    let query = location.search().unwrap_or_default();
    Place::read(path.strip_prefix(base).unwrap_or(""), &Query::read(&query))
}
