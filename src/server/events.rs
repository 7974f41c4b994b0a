//! `/api/x/events`: server-sent events, one for each new revision of the world. What changed is read with `?since=`; so
//! an event that is lost costs nothing.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::time::Duration;

use axum::extract::{ConnectInfo, State};
use axum::http::{HeaderMap, Method};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::stream;

use super::answer::{allow, deny, plain};
use super::{Server, Source, gate, upstream};

/// A comment now and then tells proxies that the stream lives, and the server that the reader is gone.
const ALIVE: Duration = Duration::from_secs(15);

/// How often it is asked whether the listener still may.
const RECHECK: Duration = Duration::from_secs(2);

/// Changes that come faster than this are told together.
const PAUSE: Duration = Duration::from_millis(100);

/// The stream: the revision there is, then each new one.
pub async fn stream(
    State(server): State<Server>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
) -> Response {
    let allowed = match gate::origin(&headers, &server.0.origins) {
        Ok(allowed) => allowed.map(str::to_owned),
        Err(denied) => return deny(&denied),
    };
    let admitted = move |server: &Server| gate::admit(&server.0.tokens, &Method::GET, &headers, peer).map(|_| ());
    if let Err(denied) = admitted(&server) {
        return deny(&denied);
    }
    let Source::World(host) = &server.0.source else { return plain(upstream::not_passed()) };
    let mut revisions = host.revisions();
    revisions.mark_changed();
    let ending = server.0.ending.subscribe();
    let listening = server.0.metrics.listening();
    let state = (revisions, ending, listening, server, admitted);
    let changes = stream::unfold(state, |(mut revisions, mut ending, listening, server, admitted)| async move {
        loop {
            tokio::select! {
                changed = revisions.changed() => break changed.ok()?,
                // Streams have no end of their own: they would hold up the server's.
                _ = ending.wait_for(|ending| *ending) => return None,
                // Who may not listen any more does not go on believing that nothing changes.
                () = tokio::time::sleep(RECHECK) => admitted(&server).ok()?,
            }
        }
        tokio::time::sleep(PAUSE).await;
        // A token that was revoked meanwhile hears nothing more.
        admitted(&server).ok()?;
        let revision = *revisions.borrow_and_update();
        let event = Event::default().event("change").data(format!("{{\"revision\":{revision}}}"));
        Some((Ok::<_, Infallible>(event), (revisions, ending, listening, server, admitted)))
    });
    let mut response = Sse::new(changes).keep_alive(KeepAlive::new().interval(ALIVE)).into_response();
    allow(&mut response, allowed);
    response
}
