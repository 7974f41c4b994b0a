//! From a request over HTTP to the world's or the upstream's and back: gate, body, validators, log.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use axum::body::{Body, to_bytes};
use axum::extract::{ConnectInfo, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use sha2::{Digest, Sha256};

use super::gate::{self, Denied, Visitor};
use super::host::Host;
use super::once::{self, Digested};
use super::{API, LARGEST_ACTION, LARGEST_BODY, Server, Source, TIMEOUT, problem};
use crate::api;
use crate::api::http::{ACTOR, KEY, ORIGIN, POSITION, REQUEST, SCOPE};

/// How long the world is waited for; less than the whole answer may take.
const PATIENCE: Duration = Duration::from_secs(20);

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Around every request: its id, its line in the log, its count.
pub async fn around(State(server): State<Server>, request: Request, next: Next) -> Response {
    let started = Instant::now();
    let id = request_id(request.headers());
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    let mut response = next.run(request).await;
    let (status, took) = (response.status().as_u16(), started.elapsed());
    server.0.metrics.answered(method.as_str(), status, took);
    let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
    // The path without the query: whatever somebody puts there by mistake stays out of the log.
    tracing::info!(request_id = id.to_str().unwrap_or_default(), %method, path, status, micros, "answered");
    let known = response.status() == StatusCode::NOT_MODIFIED;
    let headers = response.headers_mut();
    headers.insert(REQUEST_ID, id);
    if known {
        // As of the whole answer, which is there compressed too: a cache takes this one's headers over.
        headers.append(header::VARY, HeaderValue::from_name(header::ACCEPT_ENCODING));
    }
    // The console has a policy of its own. Whatever else is answered is no page: it may do nothing and be in no other, and
    // nobody is to guess what it is.
    let nothing = HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'");
    headers.entry(header::CONTENT_SECURITY_POLICY).or_insert(nothing);
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    response
}

/// Gives up a request that takes too long, and says so.
pub async fn in_time(State(server): State<Server>, request: Request, next: Next) -> Response {
    let allowed = gate::origin(request.headers(), &server.0.origins).ok().flatten().map(str::to_owned);
    let Ok(response) = tokio::time::timeout(TIMEOUT, next.run(request)).await else {
        let words = format!(
            "This took longer than {} s, the arrival of its body included. Look what became of an action before it is sent \
             again",
            TIMEOUT.as_secs()
        );
        let mut response = plain(problem(408, &words));
        allow(&mut response, allowed);
        return response;
    };
    response
}

/// The id a proxy gave it, where that is one; else a new one.
fn request_id(headers: &HeaderMap) -> HeaderValue {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let fits = |id: &&HeaderValue| id.len() <= 64 && id.as_bytes().iter().all(|byte| byte.is_ascii_graphic());
    headers.get(REQUEST_ID).filter(fits).cloned().unwrap_or_else(|| {
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let id = format!("{:x}-{number}", std::process::id());
        HeaderValue::from_str(&id).unwrap_or(HeaderValue::from_static("none"))
    })
}

/// `/metrics`, for who may read.
pub async fn metrics(
    State(server): State<Server>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
) -> Response {
    match gate::admit(&server.0.tokens, &Method::GET, &headers, peer) {
        Ok(_) => {
            let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
            ([(header::CONTENT_TYPE, kind)], server.0.metrics.text()).into_response()
        }
        Err(denied) => deny(&denied),
    }
}

/// Everything that has no route of its own: the contract's paths, and the console's.
pub async fn any(
    State(server): State<Server>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    request: Request,
) -> Response {
    let path = request.uri().path();
    let Some(path) = path.strip_prefix(API).filter(|rest| rest.is_empty() || rest.starts_with('/')).map(str::to_owned)
    else {
        return site(&server, request).await;
    };
    let allowed = match gate::origin(request.headers(), &server.0.origins) {
        Ok(allowed) => allowed.map(str::to_owned),
        Err(denied) => return deny(&denied),
    };
    let mut response = match (request.method(), &allowed) {
        // What a page of another origin asks before it asks.
        (&Method::OPTIONS, Some(_)) => preflight(),
        _ => contract(&server, peer, path, request).await,
    };
    allow(&mut response, allowed);
    response
}

/// Tells a page of an origin on the list that it may read the answer.
pub fn allow(response: &mut Response, origin: Option<String>) {
    if let Some(origin) = origin.and_then(|origin| HeaderValue::from_str(&origin).ok()) {
        let headers = response.headers_mut();
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        let exposed = format!(
            "{REQUEST}, {POSITION}, {SCOPE}, {REQUEST_ID}, ETag, Retry-After, X-RateLimit-Limit, X-RateLimit-Remaining, \
             X-RateLimit-Reset"
        );
        if let Ok(exposed) = HeaderValue::from_str(&exposed) {
            headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, exposed);
        }
    }
    response.headers_mut().append(header::VARY, HeaderValue::from_static("Origin"));
}

async fn site(server: &Server, request: Request) -> Response {
    let reads = [Method::GET, Method::HEAD].contains(request.method());
    match &server.0.site {
        Some(site) if reads => site.clone().serve(request).await,
        Some(_) => plain(problem(405, "The console is read only; the API begins at /api")),
        None => plain(problem(
            404,
            "There is no console here, only the API, which begins at /api. --console DIR serves one",
        )),
    }
}

fn preflight() -> Response {
    let headers = format!("Authorization, Content-Type, If-None-Match, {ACTOR}, {ORIGIN}, {KEY}");
    let told = [
        (header::ACCESS_CONTROL_ALLOW_METHODS, "GET, POST, PUT"),
        (header::ACCESS_CONTROL_ALLOW_HEADERS, headers.as_str()),
        (header::ACCESS_CONTROL_MAX_AGE, "600"),
    ];
    (StatusCode::NO_CONTENT, told).into_response()
}

async fn contract(server: &Server, peer: SocketAddr, path: String, request: Request) -> Response {
    let visitor = match gate::admit(&server.0.tokens, request.method(), request.headers(), peer) {
        Ok(visitor) => visitor,
        Err(denied) => return deny(&denied),
    };
    if server.0.read_only && !gate::reads(request.method()) {
        return deny(&Denied::ReadOnlyServer);
    }
    let (head, body) = request.into_parts();
    // HEAD is GET without its body, which hyper leaves away.
    let method = if head.method == Method::HEAD { "GET" } else { head.method.as_str() };
    // One that the API does not know is in no path, as DELETE is: the answer says which the path knows.
    let method = api::Method::from_name(method).unwrap_or(api::Method::Delete);
    let most = largest(method, &path);
    let body = match to_bytes(body, most).await {
        Ok(body) => body,
        Err(_) => {
            let words = format!("The body is too large, or broke off. At most {} MB of it are read", most >> 20);
            return plain(problem(413, &words));
        }
    };
    if !body.is_empty() && !is_json(&head.headers) {
        return plain(problem(415, "Bodies are JSON: send `Content-Type: application/json`"));
    }
    let mut asked = api::Request::new(method, path).with_body(body);
    asked.query = query(head.uri.query().unwrap_or_default());
    let reads_only = server.0.read_only || visitor.reads_only();
    let key = head.headers.get(KEY).and_then(|key| key.to_str().ok()).filter(|key| !key.is_empty());
    let key = key.filter(|_| method != api::Method::Get).map(|key| once::digest(&visitor, key, &asked));
    let first = from_source(server.clone(), asked, head.headers.clone(), visitor, key);
    let answer = match key {
        Some(key) => server.0.once.answer(key, first).await,
        None => first.await,
    };
    // A page that knows offers nothing else. Told always: what is only missing is not noticed by a cache.
    let answer = answer.with_header(SCOPE, if reads_only { "read" } else { "act" });
    if method == api::Method::Get && answer.status == 200 { validated(answer, &head.headers) } else { plain(answer) }
}

/// How large a body may be, in bytes: only a world file is more than a few names and numbers, and what is read is held.
fn largest(method: api::Method, path: &str) -> usize {
    match api::routes::find(method, path) {
        Ok(found) if found.endpoint == api::Endpoint::ImportWorld => LARGEST_BODY,
        Ok(_) | Err(_) => LARGEST_ACTION,
    }
}

async fn from_source(
    server: Server,
    asked: api::Request,
    headers: HeaderMap,
    visitor: Visitor,
    key: Option<Digested>,
) -> api::Response {
    match &server.0.source {
        Source::World(host) => ask(host, told_by(asked, &headers, visitor), key).await,
        Source::Upstream(upstream) => upstream.pass(&asked, &headers).await,
    }
}

async fn ask(host: &Host, request: api::Request, key: Option<Digested>) -> api::Response {
    match tokio::time::timeout(PATIENCE, host.ask(request, key)).await {
        Ok(Some(answer)) => answer,
        Ok(None) => problem(503, "The server is going down. Try again"),
        Err(_) => problem(504, "It took too long. If this was an action, it is not known whether it was done"),
    }
}

/// Who asks and from where, and which request is meant. Who has a token is called by the token's name, whatever the header
/// says.
fn told_by(request: api::Request, headers: &HeaderMap, visitor: Visitor) -> api::Request {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
    let actor = match visitor {
        Visitor::Named { name, .. } => name,
        Visitor::Local => text(ACTOR).unwrap_or_else(|| String::from("local")),
    };
    let origin = text(ORIGIN).unwrap_or_else(|| String::from("API"));
    let request = request.with_header(ACTOR, actor).with_header(ORIGIN, origin);
    match text(REQUEST) {
        Some(meant) => request.with_header(REQUEST, meant),
        None => request,
    }
}

fn is_json(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    kind.split(';').next().is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/json"))
}

/// The parameters of a query, decoded; what cannot be decoded is as it came.
pub fn query(text: &str) -> Vec<(String, String)> {
    let decoded = |text: &str| api::routes::decode(&text.replace('+', " ")).unwrap_or_else(|| text.to_owned());
    let pair = |pair: &str| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        (decoded(name), decoded(value))
    };
    text.split('&').filter(|pair| !pair.is_empty()).map(pair).collect()
}

/// A read with its validator: who has it already is told so.
fn validated(answer: api::Response, headers: &HeaderMap) -> Response {
    let digest = Sha256::digest(&answer.body);
    // 64 bits tell versions of one path apart.
    let tag = digest.iter().take(8).fold(String::new(), |text, byte| text + &format!("{byte:02x}"));
    // Weak: the same content, whether compressed or not.
    let tag = format!("W/\"{tag}\"");
    let wanted = headers.get(header::IF_NONE_MATCH).and_then(|wanted| wanted.to_str().ok()).unwrap_or_default();
    let known = wanted.split(',').any(|one| one.trim() == tag || one.trim() == "*");
    let mut response = plain(answer);
    if known {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
        *response.body_mut() = Body::empty();
        response.headers_mut().remove(header::CONTENT_TYPE);
    }
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        response.headers_mut().insert(header::ETAG, tag);
    }
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    response
}

/// An answer as HTTP.
pub fn plain(answer: api::Response) -> Response {
    let mut response = Response::new(Body::from(answer.body));
    *response.status_mut() = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    for (name, value) in answer.headers {
        if let (Ok(name), Ok(value)) = (name.parse::<HeaderName>(), HeaderValue::from_str(&value)) {
            response.headers_mut().append(name, value);
        }
    }
    response
}

/// The answer to who is not let in.
pub fn deny(denied: &Denied) -> Response {
    let mut response = plain(problem(denied.status(), &format!("{denied}.")));
    if denied.status() == 401 {
        response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Token, Bearer"));
    }
    response
}
