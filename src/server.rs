//! The backend over HTTP, with its journal on disk.
//!
//! One port: the console at `/`, the contract under [`API`], and for whoever runs it `/healthz`, `/readyz`, `/metrics`.
//! `/openapi.json` describes all of the contract, to anybody.
//! - `journal`: what was accepted, on disk. `host`: the one thread that owns the world. `tokens`, `gate`: who is let in.
//! - `answer`: from HTTP to the backend's request and back. `events`: what changed, pushed. `site`: the console's files.
//! - `openapi`: the contract as a document for machines.
//!
//! Invariants: no rule of the lifecycle here; the backend answers, this carries. An action is answered after it is on the
//! disk. Tokens are in no log.

mod answer;
mod events;
mod gate;
mod host;
pub mod journal;
mod metrics;
mod openapi;
mod site;
pub mod tokens;

use std::io::Write;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::StatusCode;
use axum::middleware;
use axum::routing::get;
use thiserror::Error;
use tokio::sync::watch;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::timeout::TimeoutLayer;

use host::Host;
pub use host::real_now;
use journal::{Journal, Opening};
use metrics::Metrics;
use site::Site;
use tokens::Tokens;

/// Where the contract begins: `http://host:port/api` is what clients are given as the API's address.
pub const API: &str = "/api";

/// The largest body that is read, in bytes: a world file and some room.
const LARGEST_BODY: usize = 64 * 1024 * 1024;

/// How long an answer may take, a body that comes slowly included.
const TIMEOUT: Duration = Duration::from_secs(30);

/// How long requests that are being answered may go on after the server was told to end.
const GRACE: Duration = Duration::from_secs(10);

/// How to serve.
#[derive(Clone, Debug)]
pub struct Options {
    /// Where to listen.
    pub address: SocketAddr,
    /// The folder with the journal; made when it is not there.
    pub data: PathBuf,
    /// The folder with the console; `None`: the API only.
    pub console: Option<PathBuf>,
    /// How a new world begins.
    pub scenario: String,
    /// Its seed.
    pub seed: u64,
    /// World milliseconds per real one; `None`: as it was.
    pub speed: Option<u32>,
    /// Origins whose pages are answered, beside the server's own.
    pub origins: Vec<String>,
}

/// Why there is no server. Displayed: what to do.
#[derive(Debug, Error)]
pub enum Failure {
    /// The folder for the journal.
    #[error("{}: {source}. --data names another folder", path.display())]
    Data {
        /// The folder.
        path: PathBuf,
        /// The system's words.
        source: std::io::Error,
    },
    /// The journal.
    #[error(transparent)]
    Journal(#[from] journal::Error),
    /// The tokens.
    #[error(transparent)]
    Tokens(#[from] tokens::Error),
    /// The console's folder.
    #[error("{}: {source}. `cargo xtask build` makes the console; without --console the API is served alone", path.display())]
    Console {
        /// Its page.
        path: PathBuf,
        /// The system's words.
        source: std::io::Error,
    },
    /// Others could reach it, and nobody would be asked for a token.
    #[error(
        "{0} can be reached from other machines, and there is no token yet: anybody could act. Make one first with \
         `playhead token create NAME`, or listen on 127.0.0.1"
    )]
    Open(SocketAddr),
    /// Two servers would write two worlds into one journal.
    #[error("another server uses {}. --data names another folder", .0.display())]
    InUse(PathBuf),
    /// There is nothing in the folder.
    #[error("there is no journal in {}. --data names the folder of the server", .0.display())]
    NoData(PathBuf),
    /// Whatever owned the world is gone.
    #[error("the world could not go on: see the log. What was accepted is in the journal; start the server again")]
    World,
    /// Another program listens there, or the address is not this machine's.
    #[error("cannot listen on {address}: {source}. --port names another port, 0 any free one")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// The system's words.
        source: std::io::Error,
    },
    /// The system's.
    #[error("the server ended: {0}")]
    System(#[from] std::io::Error),
}

/// All that answers need. Cheap to clone.
#[derive(Clone, Debug)]
struct Server(Arc<Parts>);

#[derive(Debug)]
struct Parts {
    host: Host,
    tokens: Tokens,
    metrics: Metrics,
    site: Option<Site>,
    origins: Vec<String>,
    /// Turns true when the server is told to end.
    ending: watch::Sender<bool>,
}

/// The file with the journal and the tokens, in the folder of a server; the folder is made when it is not there.
///
/// # Errors
/// [`Failure::Data`].
pub fn journal_path(data: &std::path::Path) -> Result<PathBuf, Failure> {
    std::fs::create_dir_all(data).map_err(|source| Failure::Data { path: data.to_owned(), source })?;
    Ok(data.join("journal.sqlite"))
}

/// The same file, where there is one already.
///
/// # Errors
/// [`Failure::NoData`].
pub fn existing_journal(data: &std::path::Path) -> Result<PathBuf, Failure> {
    let path = data.join("journal.sqlite");
    if path.is_file() { Ok(path) } else { Err(Failure::NoData(data.to_owned())) }
}

/// Serves until it is told to end (an interrupt, or a request of the system to terminate); then lets what is being
/// answered finish.
///
/// # Errors
/// See [`Failure`].
pub fn serve(options: Options) -> Result<(), Failure> {
    let path = journal_path(&options.data)?;
    // Held as long as the server runs; the system lets go of it however that ends.
    let _lock = lock(&options.data)?;
    let listener = std::net::TcpListener::bind(options.address)
        .map_err(|source| Failure::Listen { address: options.address, source })?;
    listener.set_nonblocking(true)?;
    let opening = Opening { scenario: options.scenario, seed: options.seed };
    let metrics = Metrics::default();
    let journal = Journal::open(&path, &opening, real_now())?;
    let tokens = Tokens::open(&path)?;
    let guarded = tokens.any()?;
    if !guarded && !options.address.ip().is_loopback() {
        return Err(Failure::Open(options.address));
    }
    let site = options.console.map(|folder| Site::open(&folder));
    let site = site.transpose().map_err(|(path, source)| Failure::Console { path, source })?;
    let (host, gone, replayed) = Host::start(journal, options.speed, metrics.clone())?;
    let (ending, _) = watch::channel(false);
    let server = Server(Arc::new(Parts { host, tokens, metrics, site, origins: options.origins, ending }));
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let result = runtime.block_on(async {
        tokio::select! {
            served = listen(listener, server, guarded, replayed, &path) => served,
            _ = gone => Err(Failure::World),
        }
    });
    // A request that does not end in its grace is left behind.
    runtime.shutdown_timeout(Duration::from_secs(1));
    result
}

fn lock(data: &std::path::Path) -> Result<std::fs::File, Failure> {
    let path = data.join("lock");
    let unlockable = |source| Failure::Data { path: path.clone(), source };
    let file = std::fs::File::options().create(true).truncate(false).write(true).open(&path).map_err(unlockable)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(std::fs::TryLockError::WouldBlock) => Err(Failure::InUse(data.to_owned())),
        Err(std::fs::TryLockError::Error(source)) => Err(unlockable(source)),
    }
}

async fn listen(
    listener: std::net::TcpListener,
    server: Server,
    guarded: bool,
    replayed: i64,
    path: &std::path::Path,
) -> Result<(), Failure> {
    let listener = tokio::net::TcpListener::from_std(listener)?;
    let at = listener.local_addr()?;
    let mut told = format!(
        "Playhead is at http://{at}/ and its API at http://{at}{API}\nThe journal is {}, with {replayed} accepted requests\n",
        path.display()
    );
    if !guarded {
        told.push_str(
            "There is no token: only this machine is served, and no proxy may stand in front. `playhead token create NAME` \
             makes one\n",
        );
    }
    // Where nobody listens, nobody is told.
    let _ = std::io::stdout().write_all(told.as_bytes());
    let ending = server.0.ending.clone();
    let mut ended = ending.subscribe();
    let service = router(server).into_make_service_with_connect_info::<SocketAddr>();
    let serving = axum::serve(listener, service).with_graceful_shutdown(async move {
        told_to_end().await;
        tracing::info!("told to end; requests that are being answered may finish");
        ending.send_replace(true);
    });
    let out_of_patience = async {
        // An error here means that the server is gone already.
        let _ = ended.wait_for(|ending| *ending).await;
        tokio::time::sleep(GRACE).await;
    };
    tokio::select! {
        served = async { serving.await } => served?,
        () = out_of_patience => tracing::warn!("some requests did not finish in time"),
    }
    tracing::info!("ended");
    Ok(())
}

fn router(server: Server) -> Router {
    Router::new()
        .route("/healthz", get(async || "ok\n"))
        .route("/openapi.json", get(openapi::answer))
        .route("/readyz", get(ready))
        .route("/metrics", get(answer::metrics))
        .route(&format!("{API}/x/events"), get(events::stream))
        .fallback(answer::any)
        .layer(DefaultBodyLimit::max(LARGEST_BODY))
        .layer(TimeoutLayer::with_status_code(StatusCode::REQUEST_TIMEOUT, TIMEOUT))
        .layer(CompressionLayer::new())
        .layer(CatchPanicLayer::new())
        .layer(middleware::from_fn_with_state(server.clone(), answer::around))
        .with_state(server)
}

/// Ready as long as the world answers.
async fn ready(State(server): State<Server>) -> (StatusCode, &'static str) {
    match server.0.host.ask(crate::api::Endpoint::Capabilities.request(&[])).await {
        Some(response) if response.is_ok() => (StatusCode::OK, "ready\n"),
        Some(_) | None => (StatusCode::SERVICE_UNAVAILABLE, "the world does not answer\n"),
    }
}

async fn told_to_end() {
    let interrupt = async {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    #[cfg(unix)]
    let terminate = async {
        match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            Ok(mut signal) => _ = signal.recv().await,
            Err(_) => std::future::pending().await,
        }
    };
    #[cfg(not(unix))]
    let terminate = std::future::pending::<()>();
    tokio::select! {
        () = interrupt => {}
        () = terminate => {}
    }
}

/// An error in the contract's words.
fn problem(status: u16, words: &str) -> crate::api::Response {
    let name = StatusCode::from_u16(status).ok().and_then(|status| status.canonical_reason()).unwrap_or("Error");
    let body = crate::api::ErrorBody {
        status,
        error: name.to_owned(),
        message: Some(words.to_owned()),
        detail: Some(words.to_owned()),
        place: None,
    };
    let mut response = crate::api::Response::new(status).with_header("Content-Type", "application/json");
    // A body of texts and a number has nothing that could not be written.
    response.body = serde_json::to_vec(&body).unwrap_or_default();
    response
}
