//! From the port to the router, until the server is told to end.

use std::io::{self, Write};
use std::net::SocketAddr;
use std::time::Duration;

use super::{API, Server, Source, router};

/// How long requests that are being answered may go on after the server was told to end.
const GRACE: Duration = Duration::from_secs(10);

/// Serves until the server is told to end; then lets what is being answered finish. `told` goes to the output behind the
/// address.
///
/// # Errors
/// The system's.
pub async fn listen(listener: std::net::TcpListener, server: Server, told: &str) -> io::Result<()> {
    let listener = tokio::net::TcpListener::from_std(listener)?;
    let at = listener.local_addr()?;
    // Where nobody listens, nobody is told.
    let told = format!("Playhead is at http://{at}/ and its API at http://{at}{API}\n{told}");
    let _ = io::stdout().write_all(told.as_bytes());
    let ending = server.0.ending.clone();
    let mut ended = ending.subscribe();
    let service = router(server.clone()).into_make_service_with_connect_info::<SocketAddr>();
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
    let all = async {
        serving.await?;
        if let Source::Upstream(upstream) = &server.0.source {
            upstream.sockets_closed().await;
        }
        Ok::<_, io::Error>(())
    };
    tokio::select! {
        served = all => served?,
        () = out_of_patience => tracing::warn!("some requests did not finish in time"),
    }
    tracing::info!("ended");
    Ok(())
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
