//! From the port to the router, until the server is told to end.
//!
//! A connection costs little and is not there for ever: one that sends no whole head in time is closed, so is one that takes
//! nothing of its answer or whose other end is gone, and there is a limit to how many are open. Beyond it some more are let
//! in one request each, to be told so: whoever watches the server is still answered.

use std::io::{self, Write};
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::ConnectInfo;
use axum::http::header;
use axum::middleware;
use axum::routing::get;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::{Service, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use socket2::{SockRef, TcpKeepalive};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};

use super::patient::Patient;
use super::{API, Server, Source, answer, healthy, problem, router};

/// How long a head may take, from the connection or from the last answer on. Longer than clients keep a connection that
/// they do not use (15 s in our own), so that seldom a request meets one that is being closed.
const HEAD: Duration = Duration::from_secs(30);

/// How long an answer that is being written may wait for the other side to take anything of it.
const WRITE: Duration = Duration::from_secs(30);

/// How much of an answer the system holds for one connection, in bytes. It tells of progress when a third of that is taken:
/// with the megabytes that it would grow to, a slow line would seem to take nothing. So it is some 5 kB/s that is asked for.
const ON_THE_WAY: usize = 256 * 1024;

/// How long nothing may be heard before the system asks whether the other end is there, and how often it then asks. It
/// gives up after some times (nine, where nobody said otherwise).
const SILENCE: Duration = Duration::from_secs(60);
const KNOCKS: Duration = Duration::from_secs(15);

/// How many connections are served. With the reserve, the upstream's connections and websockets, and the journal it
/// stays below the 1,024 files that most systems give a process.
const CONNECTIONS: u32 = 640;

/// How many more are told that there are too many; further ones wait.
const RESERVE: u32 = 64;

/// How long the head of one of those may take.
const HEAD_IN_A_CROWD: Duration = Duration::from_secs(2);

/// How long nothing is accepted after the system could not hand a connection over: mostly it has no files left.
const RECOVERY: Duration = Duration::from_secs(1);

/// How long requests that are being answered may go on after the server was told to end.
const GRACE: Duration = Duration::from_secs(10);

/// Serves until the server is told to end; then lets what is being answered finish. `told` goes to the output behind the
/// address.
///
/// # Errors
/// The system's.
pub async fn listen(listener: std::net::TcpListener, server: Server, told: &str) -> io::Result<()> {
    let listener = TcpListener::from_std(listener)?;
    let at = listener.local_addr()?;
    // Where nobody listens, nobody is told.
    let told = format!("Playhead is at http://{at}/ and its API at http://{at}{API}\n{told}");
    let _ = io::stdout().write_all(told.as_bytes());
    let served = Door::new(CONNECTIONS, HEAD, true, router(server.clone()));
    let crowded = Door::new(RESERVE, HEAD_IN_A_CROWD, false, too_many(server.clone()));
    tokio::select! {
        () = accept(listener, &served, &crowded, &server.0.ending) => {}
        () = told_to_end() => {}
    }
    tracing::info!("told to end; requests that are being answered may finish");
    server.0.ending.send_replace(true);
    let all_closed = async {
        served.closed().await;
        crowded.closed().await;
        if let Source::Upstream(upstream) = &server.0.source {
            upstream.sockets_closed().await;
        }
    };
    if tokio::time::timeout(GRACE, all_closed).await.is_err() {
        tracing::warn!("some requests did not finish in time");
    }
    tracing::info!("ended");
    Ok(())
}

/// Where a number of connections at a time come in, and what answers them.
struct Door {
    size: u32,
    places: Arc<Semaphore>,
    builder: http1::Builder,
    router: Router,
}

impl Door {
    fn new(size: u32, head: Duration, keep_alive: bool, router: Router) -> Door {
        let mut builder = http1::Builder::new();
        builder.timer(TokioTimer::new()).header_read_timeout(head).keep_alive(keep_alive);
        Door { size, places: Arc::new(Semaphore::new(size as usize)), builder, router }
    }

    /// Serves a connection until it is closed, the grace after the server's end included.
    fn serve(
        &self,
        place: OwnedSemaphorePermit,
        stream: TcpStream,
        peer: SocketAddr,
        mut ending: watch::Receiver<bool>,
    ) {
        let router = TowerToHyperService::new(self.router.clone());
        let service = service_fn(move |mut request: hyper::Request<Incoming>| {
            request.extensions_mut().insert(ConnectInfo(peer));
            router.call(request)
        });
        let stream = TokioIo::new(Patient::new(prepared(stream), WRITE));
        let connection = self.builder.serve_connection(stream, service).with_upgrades();
        tokio::spawn(async move {
            let mut connection = pin!(connection);
            // How it ends is the client's business: what it asked is in the log.
            tokio::select! {
                _ = connection.as_mut() => {}
                _ = async { ending.wait_for(|ending| *ending).await.is_ok() } => {
                    connection.as_mut().graceful_shutdown();
                    let _ = connection.await;
                }
            }
            drop(place);
        });
    }

    /// Returns when no connection is open (any more).
    async fn closed(&self) {
        // Nobody closes the semaphore, so that this does not fail.
        let _ = self.places.acquire_many(self.size).await;
    }
}

/// With bounds of the system's own. A connection is served without them too, where the system does not know them.
fn prepared(stream: TcpStream) -> TcpStream {
    let socket = SockRef::from(&stream);
    let _ = socket.set_send_buffer_size(ON_THE_WAY);
    let _ = socket.set_tcp_keepalive(&TcpKeepalive::new().with_time(SILENCE).with_interval(KNOCKS));
    stream
}

/// Lets connections in, for ever.
async fn accept(listener: TcpListener, served: &Door, crowded: &Door, ending: &watch::Sender<bool>) {
    loop {
        let (stream, peer) = match listener.accept().await {
            Ok(accepted) => accepted,
            // Who came has gone again.
            Err(error) if error.kind() == io::ErrorKind::ConnectionAborted => continue,
            Err(error) => {
                tracing::error!(%error, "no connection can be accepted");
                tokio::time::sleep(RECOVERY).await;
                continue;
            }
        };
        if let Ok(place) = Arc::clone(&served.places).try_acquire_owned() {
            served.serve(place, stream, peer, ending.subscribe());
        } else if let Ok(place) = Arc::clone(&crowded.places).acquire_owned().await {
            crowded.serve(place, stream, peer, ending.subscribe());
        }
    }
}

/// What those are answered who are too many.
fn too_many(server: Server) -> Router {
    let words = "Too many connections are open. Try again in a moment";
    let told = async move || ([(header::RETRY_AFTER, "1")], answer::plain(problem(503, words)));
    Router::new()
        .route("/healthz", get(healthy))
        .fallback(told)
        .layer(middleware::from_fn_with_state(server, answer::around))
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
