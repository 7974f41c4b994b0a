//! A live API of the contract behind this server: what is asked here is asked there, with the server's own token.
//!
//! Invariants: nothing but the contract's calls passes, and in them nothing but ids where ids stand: whoever reaches this
//! server does not reach the rest of the account. A request is sent once, redirects are not followed. The token goes
//! into `Authorization`, or into a websocket's subprotocol, and nowhere else. Of the visitor nothing passes but method,
//! path, query, body and the kinds of body; of the answer nothing but status, body, its kind, and what is left to ask.

mod address;
mod calls;
pub(super) mod socket;

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::http::HeaderMap;
use tokio::sync::{Mutex, Semaphore};
use tokio::time::timeout;

use super::metrics::Metrics;
use super::problem;
use crate::api::{ErrorBody, Method, Request, Response, reading};
use crate::client::http::{Http, never_left};
use address::Address;
pub use calls::not_passed;

/// The environment variables that the token is read from, the first that is there. There is no flag for it: the
/// arguments of a process can be read by others on its machine.
pub const TOKEN_VARIABLES: [&str; 2] = ["PLAYHEAD_UPSTREAM_TOKEN", "QOVERY_CLI_ACCESS_TOKEN"];

/// How long the upstream's answer is waited for; less than the whole answer may take.
const PATIENCE: Duration = Duration::from_secs(20);

/// How many requests the upstream answers at the same time: each has a thread that waits for it.
const LINES: usize = 64;

/// How long a request waits for its turn when there are more.
const TURN: Duration = Duration::from_secs(5);

/// How long it is believed that the upstream can be reached, or cannot.
const BELIEVED: Duration = Duration::from_secs(5);

/// How long its machine is waited for when that is tried.
const KNOCK: Duration = Duration::from_secs(3);

/// What passes of an answer's headers, beside those that begin with `X-RateLimit-`.
const PASSED: [&str; 2] = ["Content-Type", "Retry-After"];
const RATE_LIMIT: &str = "x-ratelimit-";

/// Why nothing can be passed on. Displayed: what to do.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Without a token.
    #[error(
        "there is no token for the upstream. Set {} (or {}) in the server's environment; there is no flag for it, because \
         others on this machine can read the arguments of a process",
        TOKEN_VARIABLES[0],
        TOKEN_VARIABLES[1]
    )]
    NoToken,
    /// With something that is none.
    #[error("the token for the upstream has spaces, commas or line breaks in it. Copy it again, alone")]
    Token,
    /// The address is none. It is not repeated: there may be a password in it.
    #[error("{flag} is no address. Give one such as {example}, without a user's name, a query or anything behind it")]
    Address {
        /// What was given it.
        flag: &'static str,
        /// One that would do.
        example: &'static str,
    },
    /// The token would be sent where others can read it.
    #[error(
        "the token for the upstream would go to {host} in clear, for anybody on the way to read. Use https://, or say that it \
         may be so with --insecure-http or PLAYHEAD_INSECURE_HTTP=1"
    )]
    InClear {
        /// The other machine.
        host: String,
    },
}

/// The upstream's token. No debug output shows it.
#[derive(Clone)]
pub struct Token(String);

impl std::fmt::Debug for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("(secret)")
    }
}

impl Token {
    /// A token, as somebody copied it.
    ///
    /// # Errors
    /// [`Error::NoToken`] and [`Error::Token`].
    pub fn read(text: Option<String>) -> Result<Token, Error> {
        let text = text.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty()).ok_or(Error::NoToken)?;
        // It stands in a header by itself, and in another one as an item of a list.
        let fits = text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b',');
        if fits { Ok(Token(text)) } else { Err(Error::Token) }
    }
}

/// How the token is presented.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scheme {
    /// `Authorization: Token …`: machines.
    Token,
    /// `Authorization: Bearer …`: people.
    Bearer,
}

/// Which upstream, and as whom.
#[derive(Clone, Debug)]
pub struct Options {
    /// Where its API begins.
    pub url: String,
    /// Where its websockets begin; `None`: `wss://ws.X` for `https://api.X`, else the same address.
    pub sockets: Option<String>,
    /// Its token.
    pub token: Token,
    /// How that is presented.
    pub scheme: Scheme,
    /// How often a websocket's sides are asked whether they are there.
    pub ping: Duration,
    /// Whether the token may go to another machine in clear.
    pub insecure: bool,
}

/// The way to the upstream.
#[derive(Debug)]
pub struct Upstream {
    http: Http,
    address: Address,
    sockets: Address,
    token: Token,
    ping: Duration,
    lines: Arc<Semaphore>,
    /// Open websockets: each holds one.
    places: Arc<Semaphore>,
    reached: Mutex<Option<(Instant, bool)>>,
    metrics: Metrics,
}

impl Upstream {
    /// The way there; nothing is sent yet.
    ///
    /// # Errors
    /// [`Error::Address`], [`Error::InClear`].
    pub fn new(options: Options, metrics: Metrics) -> Result<Upstream, Error> {
        let address = Address::read(&options.url, "--upstream", "https://api.qovery.com", ["http", "https"])?;
        let sockets = match &options.sockets {
            Some(url) => Address::read(url, "--upstream-ws", "wss://ws.qovery.com", ["ws", "wss"])?,
            None => address.of_sockets(),
        };
        if let Some(open) = [&address, &sockets].into_iter().find(|one| !one.is_private() && !options.insecure) {
            return Err(Error::InClear { host: open.host().to_owned() });
        }
        let scheme = match options.scheme {
            Scheme::Token => "Token",
            Scheme::Bearer => "Bearer",
        };
        let patience = u32::try_from(PATIENCE.as_millis()).unwrap_or(u32::MAX);
        let http = Http::new(address.url())
            .with_timeout(patience)
            .with_header("Authorization", format!("{scheme} {}", options.token.0))
            .with_header("User-Agent", concat!("playhead/", env!("CARGO_PKG_VERSION")));
        Ok(Upstream {
            http,
            address,
            sockets,
            token: options.token,
            ping: options.ping,
            lines: Arc::new(Semaphore::new(LINES)),
            places: Arc::new(Semaphore::new(socket::MOST)),
            reached: Mutex::new(None),
            metrics,
        })
    }

    /// Where it is, for who runs the server.
    pub fn told(&self) -> String {
        let mut told = format!(
            "The contract's calls are passed on to {}, its websockets to {}\n",
            self.address.url(),
            self.sockets.url()
        );
        if !(self.address.is_private() && self.sockets.is_private()) {
            told.push_str("That is not all https and wss: the upstream's token can be read on its way\n");
        }
        told
    }

    /// Passes a request on and its answer back; both as far as they may pass.
    pub async fn pass(&self, request: &Request, headers: &HeaderMap) -> Response {
        let request = match calls::passable(request, headers) {
            Ok(request) => request,
            Err(answer) => return answer,
        };
        let acts = request.method != Method::Get;
        let Ok(Ok(line)) = timeout(TURN, Arc::clone(&self.lines).acquire_owned()).await else {
            return problem(503, "Too many requests wait for the upstream. This one was not sent; try again");
        };
        let http = self.http.clone();
        // It goes on when the visitor leaves: an action that is on its way is not cut off.
        let exchanged = tokio::task::spawn_blocking(move || {
            let _line = line;
            http.carry(&request)
        });
        match exchanged.await {
            Ok(Ok(answer)) => self.returned(answer, acts),
            Ok(Err(error)) => self.failed(&error, acts),
            Err(_) => {
                problem(504, &format!("The request was not passed on whole: see the server's log. {}", fate(acts)))
            }
        }
    }

    fn returned(&self, answer: Response, acts: bool) -> Response {
        if (300..400).contains(&answer.status) {
            self.metrics.upstream_failed();
            let words =
                "The upstream answers with a redirect, which is not followed. --upstream names where its API is";
            // Some APIs send on who has acted to what came of it: it may have been accepted.
            return match acts {
                true => problem(504, &format!("{words}. {}", fate(acts))),
                false => problem(502, words),
            };
        }
        // A 401 here is about the visitor's token.
        if answer.status == 401 {
            self.metrics.upstream_failed();
            return problem(502, &refused_token());
        }
        // It may have been accepted all the same, which only this status leaves open: what else a server of ours answers
        // says that nothing was done.
        if acts && (answer.status == 408 || answer.status >= 500) {
            self.metrics.upstream_failed();
            let body: ErrorBody = reading::from_slice(&answer.body).unwrap_or_default();
            let words = format!("The upstream answered {} {}", answer.status, body.words());
            return problem(504, &format!("{}. {}", words.trim_end().trim_end_matches('.'), fate(acts)));
        }
        let passes = |name: &str| {
            PASSED.iter().any(|passed| passed.eq_ignore_ascii_case(name))
                || name.to_ascii_lowercase().starts_with(RATE_LIMIT)
        };
        let headers = answer.headers.into_iter().filter(|(name, _)| passes(name)).collect();
        Response { status: answer.status, headers, body: answer.body }
    }

    fn failed(&self, error: &ureq::Error, acts: bool) -> Response {
        self.metrics.upstream_failed();
        tracing::warn!(%error, acts, "the upstream gives no answer");
        if never_left(error) {
            return problem(502, "The upstream cannot be reached. Nothing was sent; try again later");
        }
        let fate = fate(acts);
        problem(504, &format!("The upstream gives no answer that can be read; the server's log says more. {fate}"))
    }

    /// Whether the upstream's machine takes connections. No request is spent on it, and what was found is believed for
    /// some seconds, so that a probe costs nothing; whether the token is good the first request shows.
    pub async fn is_reached(&self) -> bool {
        let mut reached = self.reached.lock().await;
        if let Some((at, known)) = *reached
            && at.elapsed() < BELIEVED
        {
            return known;
        }
        let knock = tokio::net::TcpStream::connect((self.address.host(), self.address.port()));
        let known = timeout(KNOCK, knock).await.is_ok_and(|connected| connected.is_ok());
        *reached = Some((Instant::now(), known));
        known
    }
}

/// What became of a request whose answer tells nothing.
fn fate(acts: bool) -> &'static str {
    match acts {
        true => "It is not known whether the request was accepted: look before you send it again",
        false => "Try again",
    }
}

fn refused_token() -> String {
    format!(
        "The upstream does not accept this server's token. {} holds it, where the server is started",
        TOKEN_VARIABLES[0]
    )
}
