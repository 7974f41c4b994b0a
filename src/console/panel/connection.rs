//! The connection: what the console talks to, and the way to something else.

use leptos::prelude::*;
use leptos::task::spawn_local;
use web_sys::SubmitEvent;

use crate::api::http::is_this_machine;
use crate::client::Error;
use crate::console::connection::{Connection, LIVE, SCHEMES, Server, absolute, connect, serving};
use crate::console::element::{Child, view};
use crate::console::panel::unreached;
use crate::console::parts::{self, Dialog, DialogForm, use_dialog};
use crate::console::route::{Page, Place, Route, use_route};
use crate::console::state::use_store;
use crate::console::toast;

/// What can be connected to.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Demo,
    Playhead,
    Live,
}

/// The panel.
#[component]
pub fn ConnectionPanel() -> AnyView {
    let route = use_route();
    view! {
        <Dialog form=DialogForm::Modal title="Connection" about=about() on_close=move |()| route.close_panel()>
            <ConnectionForm/>
        </Dialog>
    }
}

/// What the console talks to, in a sentence.
pub fn about() -> String {
    let address = use_store().client().address().map(str::to_owned);
    let server = address.map(|base| match base.starts_with('/') {
        true => "the server of this page".to_owned(),
        false => base,
    });
    match (server, closed()) {
        (None, _) => "The backend runs in this page".to_owned(),
        (Some(server), Some(Error::Unauthorized { status: 401, .. })) => {
            format!("To see what is on {server}, give a token that it knows")
        }
        (Some(_), Some(error)) => error.to_string(),
        (Some(server), None) => format!("Connected to {server}"),
    }
}

/// Why the server shows nothing, where that is for want of a token, or of a right.
fn closed() -> Option<Error> {
    untrack(|| use_store().trouble()).filter(|error| matches!(error, Error::Unauthorized { .. }))
}

#[component]
fn ConnectionForm() -> AnyView {
    let (store, route, dialog) = (use_store(), use_route(), use_dialog());
    let client = store.client();
    let at = client.address().map(absolute);
    let kind = RwSignal::new(match at {
        None => Kind::Demo,
        Some(_) if client.contract_only() => Kind::Live,
        Some(_) => Kind::Playhead,
    });
    let serving = serving();
    let only_own = serving.is_some();
    let own = absolute(serving.as_ref().map_or("/api", |server| &server.base));
    let base = RwSignal::new(at.clone().unwrap_or_else(|| own.clone()));
    let (token, scheme, keep) = (RwSignal::new(String::new()), RwSignal::new(SCHEMES[0]), RwSignal::new(false));
    let asked = closed().is_some();
    let (failure, busy) = (RwSignal::new(None::<String>), RwSignal::new(false));
    let choose = move |chosen: Kind, address: String| {
        kind.set(chosen);
        base.set(address);
        failure.set(None);
    };
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        if busy.get_untracked() {
            return;
        }
        if kind.get_untracked() == Kind::Demo {
            Connection::Demo.choose(false);
            leave(route);
            return;
        }
        let wanted = Server {
            base: base.get_untracked().trim().trim_end_matches('/').to_owned(),
            ours: kind.get_untracked() == Kind::Playhead,
            scheme: scheme.get_untracked(),
            token: token.get_untracked().trim().to_owned(),
        };
        if let Err(words) = acceptable(&wanted) {
            failure.set(Some(words));
            return;
        }
        busy.set(true);
        failure.set(None);
        let (keep, at) = (keep.get_untracked(), at.clone());
        spawn_local(async move {
            // Asked before anything is given up: a server that does not answer is not connected to.
            let watch = unreached::Watch::new(&wanted.base);
            let answer = match wanted.client().organizations().await {
                Err(Error::Offline) => Err(watch.why(&wanted.base, wanted.ours).await),
                other => {
                    watch.end();
                    other.map(drop).map_err(|error| error.to_string())
                }
            };
            // Closed meanwhile: nobody wants it any more.
            if busy.try_set(false).is_some() {
                return;
            }
            match answer {
                Ok(()) => {
                    Connection::Server(wanted.clone()).choose(keep);
                    route.change(|place| match at {
                        Some(at) if at == wanted.base => place.panel = None,
                        // Places of the other world are none of this one.
                        Some(_) | None => *place = Place::default(),
                    });
                    toast::forget_requests();
                    connect(&wanted);
                }
                Err(words) => drop(failure.try_set(Some(words))),
            }
        });
    };
    let way = move |one: Kind, words: &'static str, address: String| {
        parts::choice("connection", words, move || kind.get() == one, move || choose(one, address.clone()))
    };
    let left = client.budget().map(|budget| format!("The token has {} requests left in this hour.", budget.left));
    view! {
        <form class="dialog-form" on:submit=submit novalidate>
            <div class="dialog-body">
                {left.map(|words| view! { <p class="muted">{words}</p> })}
                <fieldset class="field">
                    <legend class="label">"Talk to"</legend>
                    {way(Kind::Demo, "A demo: the backend in this page", own.clone())}
                    {match &serving {
                        Some(server) => {
                            let kind = if server.ours { Kind::Playhead } else { Kind::Live };
                            way(kind, "The server of this page", own).into_any()
                        }
                        None => view! {
                            {way(Kind::Playhead, "A Playhead server", own)}
                            {way(Kind::Live, "The product's API, or another of its contract", LIVE.to_owned())}
                        },
                    }}
                    {only_own.then(|| view! {
                        <p class="hint">
                            "This page talks to its own server only. Others are reached from a page on a static host, or \
                             through this server: " <code>"playhead serve --upstream"</code> "."
                        </p>
                    })}
                </fieldset>
                {Child::view(move || (kind.get() != Kind::Demo).then(|| view! {
                    <div class="controls">
                        {(!only_own).then(|| text_field("api", "Address of the API", "url", base, false))}
                        <div class="row">
                            <div class="field scheme">
                                <label for="scheme">"Sent as"</label>
                                <select
                                    class="input"
                                    id="scheme"
                                    on:change=move |event| {
                                        let word = event_target_value(&event);
                                        scheme.set(SCHEMES.into_iter().find(|known| *known == word).unwrap_or(SCHEMES[0]));
                                    }
                                >
                                    {SCHEMES.map(|word| view! { <option value=word selected=scheme.get_untracked() == word>{word}</option> })}
                                </select>
                            </div>
                            {text_field("token", "Token", "password", token, asked)}
                        </div>
                        <label class="check">
                            <input
                                type="checkbox"
                                prop:checked=move || keep.get()
                                on:change=move |event| keep.set(event_target_checked(&event))
                            />
                            "Keep the token until this tab is closed; without this, a reload asks for it again"
                        </label>
                    </div>
                }))}
                {move || failure.get().map(|words| view! { <p class="refused" role="alert">{words}</p> })}
            </div>
            <div class="dialog-foot">
                <button class="button" type="button" autofocus=!asked on:click=move |_| dialog.close()>"Close"</button>
                <button class="button primary" type="submit" aria-disabled=move || busy.get().then_some("true")>
                    {move || match (busy.get(), kind.get()) {
                        (true, _) => "Asking the server…",
                        (false, Kind::Demo) => "Open the demo",
                        (false, Kind::Playhead | Kind::Live) => "Connect",
                    }}
                </button>
            </div>
        </form>
    }
}

fn text_field(
    id: &'static str,
    label: &'static str,
    kind: &'static str,
    value: RwSignal<String>,
    first: bool,
) -> AnyView {
    view! {
        <div class="field grow">
            <label for=id>{label}</label>
            <input
                class="input"
                id=id
                type=kind
                autocomplete="off"
                spellcheck="false"
                autofocus=first
                prop:value=move || value.get()
                on:input=move |event| value.set(event_target_value(&event))
            />
        </div>
    }
}

/// What would not work, or would show the token to others, and what to do about it.
fn acceptable(server: &Server) -> Result<(), String> {
    let Some((scheme, rest)) = server.base.split_once("://") else {
        return Err("The address begins with https:// (or http://, on this machine).".to_owned());
    };
    let host = rest.split('/').next().unwrap_or_default();
    if !(scheme == "https" || scheme == "http") || host.is_empty() {
        return Err("The address begins with https:// (or http://, on this machine), and names a host.".to_owned());
    }
    if rest.contains(['@', '?', '#']) || rest.contains(char::is_whitespace) {
        return Err("The address is a scheme, a host and a path: nothing secret, and no query.".to_owned());
    }
    if scheme == "http" && !is_this_machine(host) && window().location().protocol().as_deref() == Ok("https:") {
        return Err(
            "From a page that came over https:// a browser reaches no server over http://. Use https://.".to_owned()
        );
    }
    if scheme == "http" && !is_this_machine(host) && !server.token.is_empty() {
        return Err("Over http:// everybody on the way could read the token. Use https://.".to_owned());
    }
    if !server.token.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err("The token has characters that no token has; copy it again.".to_owned());
    }
    Ok(())
}

/// The page is loaded anew, at its root: a demo begins from nothing.
fn leave(route: Route) {
    let home = route.link(Page::Environments);
    let home = home.split('?').next().unwrap_or_default().to_owned();
    // A browser that refuses leaves the page as it is.
    let _ = window().location().assign(&home);
}
