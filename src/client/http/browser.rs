//! A server, over the browser's fetch.
//!
//! Invariant: no header's value is ever in a debug output: one of them is the token.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use gloo_net::http::RequestBuilder;
use web_sys::{AbortSignal, RequestCache, RequestRedirect};

use crate::api::http::{KEY, SCOPE};
use crate::api::{Method, Request, Response};
use crate::client::error::Error;
use crate::client::limit::Budget;
use crate::client::push::Pushes;
use crate::client::{TIMEOUT_SECONDS, timer};

/// A server's address, and the headers of every request. Cheap to clone.
#[derive(Clone, Default)]
pub struct Http {
    base: String,
    timeout: u32,
    headers: Vec<(String, String)>,
    keyed: bool,
    says: Says,
    /// What the last answers told of the token; all clones know.
    told: Arc<Mutex<Told>>,
}

/// What a server tells of the token.
#[derive(Clone, Copy, Default)]
struct Told {
    budget: Option<Budget>,
    /// Whether the token may only read; told by a server of ours, and by no other.
    reads_only: Option<bool>,
}

/// What a server says beyond its answers.
#[derive(Clone, Default)]
enum Says {
    /// Nothing that is known.
    #[default]
    Nothing,
    /// That something changed.
    Events,
    /// The contract's pushes; and it has no answers beyond the contract's.
    Pushes(Pushes),
}

impl fmt::Debug for Http {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Http").field("base", &self.base).finish_non_exhaustive()
    }
}

impl Http {
    /// A server whose paths start at `base`, with or without a slash at its end.
    pub fn new(base: &str) -> Http {
        Http { base: base.trim_end_matches('/').to_owned(), timeout: TIMEOUT_SECONDS * 1_000, ..Http::default() }
    }

    /// The same with one more header on every request.
    #[must_use]
    pub fn with_header(mut self, name: &str, value: impl Into<String>) -> Http {
        self.headers.push((name.to_owned(), value.into()));
        self
    }

    /// A server of ours: it does what was asked for with one key once, however often that arrives. A browser sends a
    /// request again by itself when a connection that it has used before ends without an answer.
    #[must_use]
    pub fn with_keys(self) -> Http {
        Http { keyed: true, ..self }
    }

    /// An action, to be done once. A server of ours in front of another is known by its answers.
    pub(in crate::client) fn once(&self, action: Request) -> Request {
        if !self.keyed && self.told().reads_only.is_none() {
            return action;
        }
        let random = || (js_sys::Math::random() * f64::from(u32::MAX)) as u32;
        action.with_header(KEY, format!("{:08x}{:08x}{:08x}", random(), random(), random()))
    }

    /// A server of ours, that tells by itself when something changed.
    #[must_use]
    pub fn with_events(self) -> Http {
        Http { says: Says::Events, ..self }
    }

    /// A server of the contract and nothing else, whose pushes come from `base` to who has the token.
    #[must_use]
    pub fn with_pushes(self, base: String, token: String) -> Http {
        Http { says: Says::Pushes(Pushes { base, token }), ..self }
    }

    /// Where the server tells that something changed.
    pub(in crate::client) fn events(&self) -> Option<String> {
        matches!(self.says, Says::Events).then(|| format!("{}/x/events", self.base))
    }

    /// Where the contract's pushes come from.
    pub(in crate::client) fn pushes(&self) -> Option<&Pushes> {
        match &self.says {
            Says::Pushes(pushes) => Some(pushes),
            Says::Nothing | Says::Events => None,
        }
    }

    /// Whether it is known to have no answers beyond the contract's.
    pub(in crate::client) fn contract_only(&self) -> bool {
        self.pushes().is_some()
    }

    /// How many requests the token has left, as of the last answer.
    pub(in crate::client) fn budget(&self) -> Option<Budget> {
        self.told().budget
    }

    /// Whether the token may only read, as of the last answer that told.
    pub(in crate::client) fn reads_only(&self) -> bool {
        self.told().reads_only == Some(true)
    }

    fn told(&self) -> Told {
        *self.told.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The word before the token, where one is sent.
    pub(in crate::client) fn scheme(&self) -> Option<&str> {
        let (_, value) = self.headers.iter().find(|(name, _)| name == "Authorization")?;
        value.split_once(' ').map(|(scheme, _)| scheme)
    }

    /// Where its paths start, without a slash at the end.
    pub fn address(&self) -> &str {
        &self.base
    }

    /// The same with so many milliseconds to wait for an answer; [`TIMEOUT_SECONDS`] without this.
    #[must_use]
    pub fn with_timeout(self, millis: u32) -> Http {
        Http { timeout: millis, ..self }
    }

    /// Carries a request over and waits for its answer.
    pub(in crate::client) async fn send(&self, request: &Request) -> Result<Response, Error> {
        let url = format!("{}{}", self.base, request.path);
        let timeout = AbortSignal::timeout_with_u32(self.timeout);
        let mut builder = RequestBuilder::new(&url)
            .method(method(request.method))
            .query(request.query.iter().map(|(name, value)| (name.as_str(), value.as_str())))
            // An action would become a read, and the token would go to another host.
            .redirect(RequestRedirect::Error)
            // What somebody on the way keeps is asked for again, however long it may be kept.
            .cache(RequestCache::NoCache)
            .abort_signal(Some(&timeout));
        for (name, value) in self.headers.iter().chain(&request.headers) {
            builder = builder.header(name, value);
        }
        let built = if request.body.is_empty() {
            builder.build()
        } else {
            builder.body(js_sys::Uint8Array::from(request.body.as_slice()))
        };
        let began = js_sys::Date::now();
        let told = |_| {
            if timeout.aborted() {
                return Error::Timeout { seconds: self.timeout.div_ceil(1_000), action: false };
            }
            match request.method {
                Method::Get => Error::Offline,
                // The browser does not say whether it left: whether it arrived is not known.
                Method::Post | Method::Put | Method::Delete => {
                    let seconds = (js_sys::Date::now() - began) / 1_000.0;
                    Error::Timeout { seconds: (seconds.ceil() as u32).max(1), action: false }
                }
            }
        };
        let response = built.map_err(told)?.send().await.map_err(told)?;
        let mut answer = Response::new(response.status());
        answer.headers = response.headers().entries().collect();
        let before = self.told();
        let reads_only = answer.header(SCOPE).map(|scope| scope == "read").or(before.reads_only);
        *self.told.lock().unwrap_or_else(PoisonError::into_inner) =
            Told { budget: Budget::read(&answer).or(before.budget), reads_only };
        answer.body = response.binary().await.map_err(|error| match timeout.aborted() {
            true => told(error),
            false => {
                let (path, detail) = (request.path.clone(), String::from("it broke off in the middle"));
                Error::Unreadable { path, detail, action: false }
            }
        })?;
        Ok(answer)
    }

    /// Waits before a read is tried again.
    pub(in crate::client) async fn pause(&self, millis: u32) {
        timer::pause(millis).await;
    }
}

fn method(method: Method) -> gloo_net::http::Method {
    match method {
        Method::Get => gloo_net::http::Method::GET,
        Method::Post => gloo_net::http::Method::POST,
        Method::Put => gloo_net::http::Method::PUT,
        Method::Delete => gloo_net::http::Method::DELETE,
    }
}
