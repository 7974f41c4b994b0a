//! Who is let in, and for what.
//!
//! While no token was made, only this machine is served. From the first token on, nobody is served without one. A page of
//! another origin is not answered, unless its origin is on the list. There are no cookies, so that no page can borrow
//! anybody's rights.

use std::net::SocketAddr;

use axum::http::{HeaderMap, Method, header};

use super::origin::Origin;
use super::tokens::{Error, Scope, Tokens};
use crate::api::http::is_this_machine;

/// Who asks, once let in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Visitor {
    /// Somebody on this machine, on a server without tokens.
    Local,
    /// Who has a token of this name.
    Named {
        /// The token's name.
        name: String,
        /// What it is for.
        scope: Scope,
    },
}

impl Visitor {
    /// Whether everything but reading is refused.
    pub fn reads_only(&self) -> bool {
        matches!(self, Visitor::Named { scope: Scope::Read, .. })
    }
}

/// Why somebody is not let in. Displayed: what to do.
#[derive(Debug, thiserror::Error)]
pub enum Denied {
    /// 401: no token, or one that is not known.
    #[error(
        "A token is needed: send `Authorization: Token <token>`. `playhead token create NAME` on the server's machine \
         makes one"
    )]
    NoToken,
    /// 401: revoked or misspelt.
    #[error("This token is not known (any more). `playhead token list` on the server's machine shows which there are")]
    Unknown,
    /// 403: the scope.
    #[error("This token may read only. `playhead token create NAME --scope act` makes one that may act")]
    ReadOnly,
    /// 403: on a server that only reads.
    #[error("This server only reads: it was started with --read-only")]
    ReadOnlyServer,
    /// 403: from elsewhere, on a server without tokens.
    #[error("Without tokens this server answers its own machine only. `playhead token create NAME` changes that")]
    NotLocal,
    /// 403: a page of another origin.
    #[error("Pages of {0} are not answered. `playhead serve --allow-origin {0}` changes that")]
    Origin(String),
    /// 403: a page whose origin has no name: out of a file, or shut off by another page.
    #[error("Pages without an origin of their own are not answered. Open them over HTTP")]
    NoOrigin,
    /// 503: the tokens cannot be read.
    #[error("The tokens cannot be read: see the server's log")]
    Storage,
}

impl Denied {
    /// The HTTP status.
    pub fn status(&self) -> u16 {
        match self {
            Denied::NoToken | Denied::Unknown => 401,
            Denied::ReadOnly | Denied::ReadOnlyServer | Denied::NotLocal | Denied::Origin(_) | Denied::NoOrigin => 403,
            Denied::Storage => 503,
        }
    }
}

/// Lets a page's request through when the page is of this server, or its origin is on the list.
///
/// # Errors
/// [`Denied::Origin`].
pub fn origin<'a>(headers: &'a HeaderMap, allowed: &[Origin]) -> Result<Option<&'a str>, Denied> {
    let Some(origin) = headers.get(header::ORIGIN) else { return Ok(None) };
    let origin = origin.to_str().map_err(|_| Denied::NoOrigin)?;
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
    let own = origin.split_once("://").is_some_and(|(_, authority)| Some(authority) == host);
    if own {
        Ok(None)
    } else if allowed.iter().any(|one| one.text() == origin) {
        Ok(Some(origin))
    } else {
        Err(origin.parse::<Origin>().map_or(Denied::NoOrigin, |origin| Denied::Origin(origin.text().to_owned())))
    }
}

/// Lets somebody in.
///
/// # Errors
/// [`Denied`].
pub fn admit(tokens: &Tokens, method: &Method, headers: &HeaderMap, peer: SocketAddr) -> Result<Visitor, Denied> {
    admit_with(tokens, method, token(headers), headers, peer)
}

/// Lets somebody in who opens a websocket, which is a read. A page cannot send headers with it: its token comes as a
/// subprotocol.
///
/// # Errors
/// [`Denied`].
pub fn admit_socket(tokens: &Tokens, headers: &HeaderMap, peer: SocketAddr) -> Result<Visitor, Denied> {
    admit_with(tokens, &Method::GET, offered_token(headers).or_else(|| token(headers)), headers, peer)
}

fn admit_with(
    tokens: &Tokens,
    method: &Method,
    token: Option<&str>,
    headers: &HeaderMap,
    peer: SocketAddr,
) -> Result<Visitor, Denied> {
    let storage = |error: Error| {
        tracing::error!(%error, "the tokens cannot be read");
        Denied::Storage
    };
    let Some(token) = token else {
        if tokens.any().map_err(storage)? {
            return Err(Denied::NoToken);
        }
        // The name in the request too: a page of another site that points its own name at this machine is not let in.
        // A proxy on this machine speaks for others.
        let carried =
            ["forwarded", "x-forwarded-for", "x-real-ip", "via"].iter().any(|name| headers.contains_key(*name));
        return if peer.ip().is_loopback() && names_this_machine(headers) && !carried {
            Ok(Visitor::Local)
        } else {
            Err(Denied::NotLocal)
        };
    };
    let known = tokens.find(token).map_err(storage)?.ok_or(Denied::Unknown)?;
    if known.scope == Scope::Read && !reads(method) {
        return Err(Denied::ReadOnly);
    }
    Ok(Visitor::Named { name: known.name, scope: known.scope })
}

/// Whether a request of this method changes nothing.
pub fn reads(method: &Method) -> bool {
    [Method::GET, Method::HEAD, Method::OPTIONS].contains(method)
}

/// The token of `Authorization: Token …` or `Bearer …`.
fn token(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    let known = ["Token", "Bearer"].iter().any(|known| scheme.eq_ignore_ascii_case(known));
    known.then_some(token.trim())
}

/// The token among the subprotocols that a websocket is offered: `auth.bearer.…`.
fn offered_token(headers: &HeaderMap) -> Option<&str> {
    let offers = headers.get_all(header::SEC_WEBSOCKET_PROTOCOL).into_iter().filter_map(|offers| offers.to_str().ok());
    offers.flat_map(|offers| offers.split(',')).find_map(|offer| offer.trim().strip_prefix("auth.bearer."))
}

/// Whether the name the request was sent to is one of this machine's own.
pub fn names_this_machine(headers: &HeaderMap) -> bool {
    headers.get(header::HOST).and_then(|host| host.to_str().ok()).is_some_and(is_this_machine)
}
