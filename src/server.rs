//! The backend over HTTP, with its journal on disk; or a live API of the contract, passed on.
//!
//! One port: the console at `/`, the contract under [`API`], and for whoever runs it `/healthz`, `/readyz`, `/metrics`.
//! `/openapi.json` describes what is answered there, to anybody.
//! - `journal`: what was accepted, on disk. `host`: the one thread that owns the world. `tokens`, `gate`, `origin`: who is let in.
//! - `answer`: from HTTP to the backend's request and back. `once`: what arrives twice is done once. `events`: what changed, pushed. `site`: the console's files.
//! - `openapi`: the contract as a document for machines. `upstream`: the live API, where that answers instead of a world.
//!
//! Invariants: no rule of the lifecycle here; who answers is the backend or the upstream, this carries. An action is answered after it is on the
//! disk. Tokens are in no log.

mod answer;
mod events;
mod gate;
mod host;
pub mod journal;
mod listen;
mod metrics;
mod once;
mod openapi;
mod origin;
mod patient;
mod site;
pub mod tokens;
pub mod upstream;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::StatusCode;
use axum::middleware;
use axum::routing::{any, get};
use thiserror::Error;
use tokio::sync::watch;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;

pub use host::real_now;
use host::{Host, Started};
use journal::Journal;
pub use journal::Opening;
use metrics::Metrics;
use once::Once;
pub use origin::Origin;
use site::Site;
use tokens::Tokens;
use upstream::Upstream;

/// Where the contract begins: `http://host:port/api` is what clients are given as the API's address.
pub const API: &str = "/api";

/// The folder with the journal and the tokens, unless told otherwise.
pub const DATA: &str = "playhead-data";

/// The largest body that is read, in bytes: a world file.
const LARGEST_BODY: usize = crate::backend::world_file::LIMIT;

/// The largest of anything else: a version for each of some thirty thousand services.
const LARGEST_ACTION: usize = 4 << 20;

/// How long an answer may take, a body that comes slowly included.
const TIMEOUT: Duration = Duration::from_secs(30);

/// How to serve.
#[derive(Clone, Debug)]
pub struct Options {
    /// Where to listen.
    pub address: SocketAddr,
    /// The folder with the journal; made when it is not there.
    pub data: PathBuf,
    /// The folder with the console; `None`: the API only.
    pub console: Option<PathBuf>,
    /// Who answers.
    pub answering: Answering,
    /// Origins whose pages are answered, beside the server's own.
    pub origins: Vec<Origin>,
    /// Whether actions are refused, whoever asks.
    pub read_only: bool,
}

/// Who answers the contract's calls.
#[derive(Clone, Debug)]
pub enum Answering {
    /// A world of this server's own.
    World {
        /// How it begins when it is new.
        opening: Opening,
        /// World milliseconds per real one; `None`: as it was.
        speed: Option<u32>,
    },
    /// A live API.
    Upstream(upstream::Options),
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
    /// The upstream.
    #[error(transparent)]
    Upstream(#[from] upstream::Error),
    /// The console's folder.
    #[error("{}: {source}. `cargo xtask build` makes the console; without --console the API is served alone", path.display())]
    Console {
        /// Its page, or the headers that belong to it.
        path: PathBuf,
        /// The system's words.
        source: std::io::Error,
    },
    /// Others could reach it, and nobody would be asked for a token.
    #[error(
        "{address} can be reached from other machines, and there is no token yet: anybody could act. Make one first with \
         {}, or listen on 127.0.0.1",
        tokens::to_create(data)
    )]
    Open {
        /// Where it would listen.
        address: SocketAddr,
        /// The folder that has no token.
        data: PathBuf,
    },
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
    source: Source,
    tokens: Tokens,
    metrics: Metrics,
    site: Option<Site>,
    origins: Vec<Origin>,
    read_only: bool,
    once: Once,
    /// Turns true when the server is told to end.
    ending: watch::Sender<bool>,
}

/// Where answers come from.
#[derive(Debug)]
enum Source {
    World(Host),
    Upstream(Box<Upstream>),
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
    let metrics = Metrics::default();
    // Before anybody else opens it.
    let mended = journal::mend(&path, real_now())?;
    let tokens = Tokens::open(&path)?;
    let (guarded, left) = (tokens.any()?, tokens.left()?);
    if !guarded && !options.address.ip().is_loopback() {
        return Err(Failure::Open { address: options.address, data: options.data });
    }
    let attributes = attributes(&options.answering);
    let site = options.console.map(|folder| Site::open(&folder, attributes));
    let site = site.transpose().map_err(|(path, source)| Failure::Console { path, source })?;
    let once = Once::default();
    // Last: a start that fails leaves the world's clock as it was.
    let (source, gone, mut told) = match options.answering {
        Answering::World { opening, speed } => {
            let journal = Journal::open(&path, &opening, real_now())?;
            let Started { host, gone, requests, aside } = Host::start(journal, speed, metrics.clone(), &once)?;
            let mut told = format!("The journal is {}, with {requests} accepted requests\n", path.display());
            if aside > 0 {
                told.push_str(&format!(
                    "The journal was damaged: {aside} requests are not in the world; they are kept in its table damaged\n"
                ));
            }
            (Source::World(host), Some(gone), told)
        }
        Answering::Upstream(upstream) => {
            let upstream = Upstream::new(upstream, metrics.clone())?;
            let told = upstream.told();
            (Source::Upstream(Box::new(upstream)), None, told)
        }
    };
    if let Some(journal::Mended { kept, requests }) = mended {
        let words = format!(
            "The journal was damaged: behind {requests} requests it cannot be read; the file as it was is {}",
            kept.display()
        );
        tracing::error!("{words}");
        told.push_str(&words);
        told.push('\n');
    }
    if options.read_only {
        told.push_str("Actions are refused, whoever asks\n");
    }
    if !guarded {
        let create = tokens::to_create(&options.data);
        told.push_str(&format!(
            "There is no token: only this machine is served, and no proxy may stand in front. {create} makes one\n"
        ));
    } else if !left {
        told.push_str(&format!("{}\n", tokens::none_left(&options.data)));
    }
    let (ending, _) = watch::channel(false);
    let (origins, read_only) = (options.origins, options.read_only);
    let parts = Parts { source, tokens, metrics, site, origins, read_only, once, ending };
    let server = Server(Arc::new(parts));
    let world_ends = async {
        match gone {
            Some(gone) => _ = gone.await,
            None => std::future::pending().await,
        }
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let result = runtime.block_on(async {
        tokio::select! {
            served = listen::listen(listener, server, &told) => served.map_err(Failure::System),
            () = world_ends => Err(Failure::World),
        }
    });
    // A request that does not end in its grace is left behind.
    runtime.shutdown_timeout(Duration::from_secs(1));
    result
}

/// What the console's page is told of the API behind it, beside its address.
fn attributes(answering: &Answering) -> &'static str {
    match answering {
        Answering::World { .. } => "",
        Answering::Upstream(_) => " data-kind=\"live\"",
    }
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

fn router(server: Server) -> Router {
    let mut router = Router::new()
        .route("/healthz", get(healthy))
        .route("/openapi.json", get(openapi::answer))
        .route("/readyz", get(ready))
        .route("/metrics", get(answer::metrics))
        .route(&format!("{API}/x/events"), get(events::stream));
    if matches!(server.0.source, Source::Upstream(_)) {
        for path in upstream::socket::PATHS {
            router = router.route(&format!("{API}{path}"), any(upstream::socket::open));
        }
    }
    router
        .fallback(answer::any)
        .layer(DefaultBodyLimit::max(LARGEST_BODY))
        .layer(middleware::from_fn_with_state(server.clone(), answer::in_time))
        .layer(CompressionLayer::new())
        .layer(CatchPanicLayer::new())
        .layer(middleware::from_fn_with_state(server.clone(), answer::around))
        .with_state(server)
}

/// Healthy as long as it answers.
async fn healthy() -> &'static str {
    "ok\n"
}

/// Ready as long as actions can be accepted, or passed on.
async fn ready(State(server): State<Server>) -> (StatusCode, String) {
    let trouble = match &server.0.source {
        Source::World(host) => host.trouble().await,
        Source::Upstream(upstream) => (!upstream.is_reached().await).then_some("the upstream cannot be reached"),
    };
    match trouble {
        None => (StatusCode::OK, "ready\n".to_owned()),
        Some(trouble) => (StatusCode::SERVICE_UNAVAILABLE, format!("{trouble}\n")),
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
