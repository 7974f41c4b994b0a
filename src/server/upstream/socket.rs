//! Websockets of the contract, joined to the upstream's: what one side says the other hears.
//!
//! The server's token opens the upstream's side, the visitor's (if tokens are needed) only this one. When one side goes,
//! the other is told why and goes too. A side that does not answer to pings is gone.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::extract::ws::{self, WebSocketUpgrade};
use axum::extract::{ConnectInfo, State};
use axum::http::{HeaderMap, HeaderValue, Uri, header};
use axum::response::Response;
use futures_util::{Sink, SinkExt, Stream, StreamExt, future};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::time::{MissedTickBehavior, interval, timeout};
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::tungstenite::protocol::{CloseFrame, WebSocketConfig};
use tokio_tungstenite::tungstenite::{self, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async_with_config};

use super::{PATIENCE, Upstream, not_passed, refused_token};
use crate::api;
use crate::api::routes::encode;
use crate::server::answer::{deny, plain, query};
use crate::server::{API, Server, Source, gate, problem};

/// The contract's websockets.
pub const PATHS: [&str; 2] = ["/service/status", "/deployment/status"];

/// What of their query is passed on.
const PARAMETERS: [&str; 4] = ["organization", "cluster", "project", "environment"];

/// The subprotocol that is spoken.
const PROTOCOL: &str = "v1";

/// How many may be open at the same time: each takes two connections.
pub const MOST: usize = 100;

/// The largest message of the upstream, in bytes: the statuses of some ten thousand services.
const LARGEST: usize = 16 * 1024 * 1024;

/// The largest message of a page, in bytes.
const LARGEST_OF_PAGE: usize = 64 * 1024;

/// How long a side may take to accept a message.
const ACCEPTANCE: Duration = Duration::from_secs(10);

/// How long a side may take to say goodbye.
const FAREWELL: Duration = Duration::from_secs(2);

/// Lets a page in, opens the upstream's websocket, and joins the two.
pub async fn open(
    State(server): State<Server>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
    uri: Uri,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Response {
    let Source::Upstream(upstream) = &server.0.source else { return plain(not_passed()) };
    if let Err(denied) = gate::origin(&headers, &server.0.origins) {
        return deny(&denied);
    }
    let admitted = move |server: &Server| gate::admit_socket(&server.0.tokens, &headers, peer).map(|_| ());
    if let Err(denied) = admitted(&server) {
        return deny(&denied);
    }
    let Ok(upgrade) = upgrade else {
        return plain(problem(426, "This is a websocket of the contract: open it as one"));
    };
    let Ok(place) = Arc::clone(&upstream.places).try_acquire_owned() else {
        return plain(problem(503, "Too many websockets are open. Try again later"));
    };
    let theirs = match upstream.socket(&uri).await {
        Ok(theirs) => theirs,
        Err(problem) => return plain(problem),
    };
    let (ping, ending) = (upstream.ping, server.0.ending.subscribe());
    let counted = server.0.metrics.joined();
    upgrade.protocols([PROTOCOL]).max_message_size(LARGEST_OF_PAGE).max_frame_size(LARGEST_OF_PAGE).on_upgrade(
        async move |socket| {
            let page =
                socket.map(|said| said.map(heard)).with(|said| future::ready(Ok::<_, axum::Error>(spoken(said))));
            let page = Side::new(page);
            join(page, Side::new(theirs), ping, ending, || admitted(&server).is_ok()).await;
            drop((place, counted));
        },
    )
}

impl Upstream {
    /// Returns when no websocket is open (any more).
    pub async fn sockets_closed(&self) {
        // Nobody closes the semaphore, so that this does not fail.
        let _ = self.places.acquire_many(u32::try_from(MOST).unwrap_or(u32::MAX)).await;
    }

    async fn socket(&self, uri: &Uri) -> Result<WebSocketStream<MaybeTlsStream<TcpStream>>, api::Response> {
        let failed = |words: &str| {
            self.metrics.upstream_failed();
            Err(problem(502, words))
        };
        let Some(request) = self.upgrade(uri) else { return failed("The websocket's address cannot be used") };
        let mut config = WebSocketConfig::default();
        (config.max_message_size, config.max_frame_size) = (Some(LARGEST), Some(LARGEST));
        match timeout(PATIENCE, connect_async_with_config(request, Some(config), true)).await {
            Ok(Ok((socket, _))) => Ok(socket),
            Ok(Err(tungstenite::Error::Http(answer))) => match answer.status().as_u16() {
                401 | 403 => failed(&refused_token()),
                status => failed(&format!("The upstream answers {status} to the websocket")),
            },
            Ok(Err(error)) => {
                tracing::warn!(%error, "the upstream's websocket cannot be opened");
                failed("The upstream's websocket cannot be reached, or not securely. --upstream-ws says where it is")
            }
            Err(_) => failed("The upstream's websocket did not open in time. Try again"),
        }
    }

    /// The request that opens the upstream's side.
    fn upgrade(&self, uri: &Uri) -> Option<tungstenite::handshake::client::Request> {
        let path = uri.path().strip_prefix(API)?;
        let mut url = format!("{}{path}", self.sockets.url());
        let asked = query(uri.query().unwrap_or_default());
        for (name, value) in asked.iter().filter(|(name, _)| PARAMETERS.contains(&name.as_str())) {
            url.push_str(if url.contains('?') { "&" } else { "?" });
            url.push_str(name);
            url.push('=');
            encode(value, &mut url);
        }
        let mut request = url.into_client_request().ok()?;
        let mut protocols = HeaderValue::from_str(&format!("{PROTOCOL}, auth.bearer.{}", self.token.0)).ok()?;
        protocols.set_sensitive(true);
        request.headers_mut().insert(header::SEC_WEBSOCKET_PROTOCOL, protocols);
        Some(request)
    }
}

/// One end of what is joined.
struct Side<S> {
    socket: S,
    /// When anything was heard of it last.
    heard: Instant,
}

impl<S, E> Side<S>
where
    S: Stream<Item = Result<Message, E>> + Sink<Message> + Unpin,
{
    fn new(socket: S) -> Side<S> {
        Side { socket, heard: Instant::now() }
    }

    /// What it says next; `None`: it is gone.
    async fn hear(&mut self) -> Option<Message> {
        let said = self.socket.next().await?.ok();
        self.heard = Instant::now();
        said
    }

    /// Whether it took a message.
    async fn tell(&mut self, message: Message) -> bool {
        timeout(ACCEPTANCE, self.socket.send(message)).await.is_ok_and(|sent| sent.is_ok())
    }

    /// Asks whether it is there. Whether it can be: it has answered to one of the last two pings.
    async fn ping(&mut self, every: Duration) -> bool {
        self.heard.elapsed() < every * 2 && self.tell(Message::Ping(tungstenite::Bytes::new())).await
    }

    /// Says goodbye, and waits until that was heard.
    async fn leave(mut self, frame: Option<CloseFrame>) {
        // Who is gone already hears nothing.
        let _ = self.tell(Message::Close(frame)).await;
        let _ = timeout(FAREWELL, async { while let Some(Ok(_)) = self.socket.next().await {} }).await;
    }
}

/// Why the two part: what each of them is told.
type Parting = Option<CloseFrame>;

fn parting(code: CloseCode, why: &'static str) -> Parting {
    Some(CloseFrame { code, reason: why.into() })
}

/// Carries messages both ways until one side goes, the server ends, or the visitor is not admitted any more.
async fn join<P, E, U, F>(
    mut page: Side<P>,
    mut upstream: Side<U>,
    every: Duration,
    mut ending: watch::Receiver<bool>,
    admitted: impl Fn() -> bool,
) where
    P: Stream<Item = Result<Message, E>> + Sink<Message> + Unpin,
    U: Stream<Item = Result<Message, F>> + Sink<Message> + Unpin,
{
    let mut clock = interval(every);
    clock.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let why = loop {
        let carried = tokio::select! {
            said = page.hear() => carry(said, &mut upstream, || parting(CloseCode::Away, "the page is gone")).await,
            said = upstream.hear() => carry(said, &mut page, || parting(CloseCode::Error, "the upstream is gone")).await,
            _ = clock.tick() => {
                let (page, upstream) = tokio::join!(page.ping(every), upstream.ping(every));
                match (page, upstream) {
                    (true, true) if admitted() => Ok(()),
                    (true, true) => Err(parting(CloseCode::Policy, "the token is not known any more")),
                    (false, _) => Err(parting(CloseCode::Away, "the page does not answer")),
                    (_, false) => Err(parting(CloseCode::Error, "the upstream does not answer")),
                }
            }
            _ = async { ending.wait_for(|ending| *ending).await.is_ok() } => Err(parting(CloseCode::Away, "the server ends")),
        };
        if let Err(why) = carried {
            break why;
        }
    };
    tokio::join!(page.leave(why.clone()), upstream.leave(why));
}

/// Hands over what one side said to the other.
async fn carry<S, E>(said: Option<Message>, to: &mut Side<S>, gone: impl FnOnce() -> Parting) -> Result<(), Parting>
where
    S: Stream<Item = Result<Message, E>> + Sink<Message> + Unpin,
{
    match said {
        Some(message @ (Message::Text(_) | Message::Binary(_))) => {
            if to.tell(message).await {
                Ok(())
            } else {
                Err(parting(CloseCode::Error, "the other side takes nothing any more"))
            }
        }
        Some(Message::Close(frame)) => Err(frame),
        // Each side's pings are answered on that side, by the library.
        Some(Message::Ping(_) | Message::Pong(_) | Message::Frame(_)) => Ok(()),
        None => Err(gone()),
    }
}

/// What a page said, in the upstream's type.
fn heard(message: ws::Message) -> Message {
    match message {
        ws::Message::Text(text) => Message::text(text.as_str()),
        ws::Message::Binary(bytes) => Message::Binary(bytes),
        ws::Message::Ping(bytes) => Message::Ping(bytes),
        ws::Message::Pong(bytes) => Message::Pong(bytes),
        ws::Message::Close(frame) => Message::Close(
            frame.map(|frame| CloseFrame { code: frame.code.into(), reason: frame.reason.as_str().into() }),
        ),
    }
}

/// What a page is told, in its type.
fn spoken(message: Message) -> ws::Message {
    match message {
        Message::Text(text) => ws::Message::Text(text.as_str().into()),
        Message::Binary(bytes) => ws::Message::Binary(bytes),
        Message::Ping(bytes) => ws::Message::Ping(bytes),
        Message::Pong(bytes) => ws::Message::Pong(bytes),
        Message::Close(frame) => ws::Message::Close(
            frame.map(|frame| ws::CloseFrame { code: frame.code.into(), reason: frame.reason.as_str().into() }),
        ),
        // Only a socket in raw mode is given one.
        Message::Frame(frame) => ws::Message::Binary(frame.into_payload()),
    }
}
