//! A server, over a blocking client.
//!
//! Invariants: a request is sent once, redirects are not followed (an action would become a read, and the token would go
//! to another host), and no header's value is ever in a debug output: one of them is the token.

use std::fmt;
use std::io;
use std::time::{Duration, Instant};

use ureq::{Agent, Timeout};

use crate::api::http::KEY;
use crate::api::routes::encode;
use crate::api::{Method, Request, Response};
use crate::client::TIMEOUT_SECONDS;
use crate::client::error::Error;

/// How large an answer may be: a world file of the largest scenario has room.
const LIMIT: u64 = 1 << 30;

/// A server's address, and the headers of every request. Cheap to clone.
#[derive(Clone)]
pub struct Http {
    base: String,
    timeout: u32,
    headers: Vec<(String, String)>,
    agent: Agent,
}

impl fmt::Debug for Http {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Http").field("base", &self.base).field("timeout", &self.timeout).finish_non_exhaustive()
    }
}

impl Http {
    /// A server whose paths start at `base`, with or without a slash at its end.
    pub fn new(base: &str) -> Http {
        let timeout = TIMEOUT_SECONDS * 1_000;
        let base = base.trim_end_matches('/').to_owned();
        Http { base, timeout, headers: Vec::new(), agent: agent(timeout) }
    }

    /// Where its paths start, without a slash at the end.
    pub fn address(&self) -> &str {
        &self.base
    }

    /// The same with so many milliseconds to wait for an answer; [`TIMEOUT_SECONDS`] without this.
    #[must_use]
    pub fn with_timeout(self, millis: u32) -> Http {
        Http { timeout: millis, agent: agent(millis), ..self }
    }

    /// The same with one more header on every request.
    #[must_use]
    pub fn with_header(mut self, name: &str, value: impl Into<String>) -> Http {
        self.headers.push((name.to_owned(), value.into()));
        self
    }

    /// An action, to be done once; a server that does not know the header passes it over.
    pub(in crate::client) fn once(&self, action: Request) -> Request {
        let mut bytes = [0; 12];
        match getrandom::fill(&mut bytes) {
            Ok(()) => {
                let key = bytes.iter().fold(String::new(), |key, byte| key + &format!("{byte:02x}"));
                action.with_header(KEY, key)
            }
            // Without randomness it goes as it is: nothing here sends it twice.
            Err(_) => action,
        }
    }

    /// Carries a request over and waits for its answer; the thread waits with it.
    pub(in crate::client) async fn send(&self, request: &Request) -> Result<Response, Error> {
        let began = Instant::now();
        self.carry(request).map_err(|error| match error {
            error if never_left(&error) => Error::Offline,
            ureq::Error::Http(error) => Error::Invalid { detail: error.to_string() },
            ureq::Error::BadUri(detail) => Error::Invalid { detail },
            ureq::Error::Timeout(_) => {
                let waited = u32::try_from(began.elapsed().as_secs()).unwrap_or(u32::MAX);
                Error::Timeout { seconds: waited.max(1), action: false }
            }
            _ if request.method == Method::Get => Error::Offline,
            // It was on its way: whether it arrived is not known.
            error => Error::Unreadable {
                path: request.path.clone(),
                detail: format!("it broke off ({error})"),
                action: false,
            },
        })
    }

    /// Carries a request over, once, and waits for its answer, whatever its status; the thread waits with it.
    ///
    /// # Errors
    /// Where [`never_left`] says so, nothing was sent; else whether it arrived is not known.
    pub fn carry(&self, request: &Request) -> Result<Response, ureq::Error> {
        let mut builder = ureq::http::Request::builder().method(request.method.name()).uri(self.url(request));
        for (name, value) in self.headers.iter().chain(&request.headers) {
            builder = builder.header(name.as_str(), value.as_bytes());
        }
        let mut response = if request.body.is_empty() && request.method == Method::Get {
            self.agent.run(builder.body(())?)?
        } else {
            self.agent.run(builder.body(request.body.as_slice())?)?
        };
        let mut answer = Response::new(response.status().as_u16());
        for (name, value) in response.headers() {
            answer.headers.push((name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned()));
        }
        answer.body = response.body_mut().with_config().limit(LIMIT).read_to_vec()?;
        Ok(answer)
    }

    fn url(&self, request: &Request) -> String {
        let mut url = format!("{}{}", self.base, request.path);
        for (place, (name, value)) in request.query.iter().enumerate() {
            url.push(if place == 0 { '?' } else { '&' });
            encode(name, &mut url);
            url.push('=');
            encode(value, &mut url);
        }
        url
    }

    /// Waits before a read is tried again; the thread waits with it, so that no runtime is needed.
    pub(in crate::client) async fn pause(&self, millis: u32) {
        std::thread::sleep(Duration::from_millis(u64::from(millis)));
    }
}

fn agent(millis: u32) -> Agent {
    let timeout = Duration::from_millis(u64::from(millis));
    let config = Agent::config_builder()
        .http_status_as_error(false)
        .max_redirects(0)
        .max_redirects_will_error(false)
        // Half of it, so that "cannot be reached" is told from "no answer".
        .timeout_connect(Some(timeout / 2))
        .timeout_global(Some(timeout))
        .build();
    Agent::new_with_config(config)
}

/// Whether the request cannot have reached the server. What goes wrong with TLS may be found out later than that.
pub fn never_left(error: &ureq::Error) -> bool {
    match error {
        ureq::Error::Timeout(Timeout::Resolve | Timeout::Connect)
        | ureq::Error::HostNotFound
        | ureq::Error::ConnectionFailed
        | ureq::Error::ConnectProxyFailed(_)
        | ureq::Error::Tls(_)
        | ureq::Error::Rustls(_) => true,
        ureq::Error::Io(error) => matches!(
            error.kind(),
            io::ErrorKind::ConnectionRefused
                | io::ErrorKind::HostUnreachable
                | io::ErrorKind::NetworkUnreachable
                | io::ErrorKind::AddrNotAvailable
                | io::ErrorKind::NotFound
        ),
        _ => false,
    }
}
