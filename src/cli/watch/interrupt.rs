//! Being told to end while an action is under way: what is accepted goes on, and how to cancel it, and nothing else, is
//! said.

use std::io;
use std::sync::Arc;

use tokio::sync::{Mutex, MutexGuard};

use crate::cli::act::verb;
use crate::cli::failure::About;
use crate::cli::output::{Output, fail};
use crate::cli::receipt::Known;
use crate::cli::snapshot::Snapshot;
use crate::lifecycle::Action;

/// The exit code after Ctrl-C, as of every shell.
const INTERRUPTED: u8 = 130;
/// The same after SIGTERM.
#[cfg(unix)]
const TERMINATED: u8 = 143;

/// Which request an action became, as far as it is known; held while something has to be done to its end before.
#[derive(Clone, Debug)]
pub struct Own(Arc<Mutex<Known>>);

impl Own {
    /// Of an action that is about to be sent.
    pub fn new() -> Own {
        Own(Arc::new(Mutex::new(Known::Sent)))
    }

    /// Whoever is told to end waits as long as this is held.
    pub async fn hold(&self) -> MutexGuard<'_, Known> {
        self.0.lock().await
    }

    /// Lets what was heard while somebody held it have its turn: it ends the program.
    pub async fn give_way(&self) {
        // What has come by now is heard…
        tokio::task::yield_now().await;
        // …and stands before this one in the queue.
        drop(self.0.lock().await);
    }
}

/// Ctrl-C and SIGTERM end the watching only: says so, and how to end the own request. From the return on they are heard,
/// and obeyed as soon as nobody holds what is known of it.
pub fn hear(out: Output, action: Action, snapshot: &Snapshot, own: &Own) {
    // Where nobody can listen, they end the program as they always do.
    let Ok(told) = told() else { return };
    let own = own.clone();
    let (environment, called) = (snapshot.id, snapshot.called().to_owned());
    tokio::spawn(async move {
        let code = told.await;
        let known = *own.hold().await;
        out.progress_over();
        let accepted = if known == Known::Sent { ", if it is accepted," } else { "" };
        let how = to_cancel(action, &called, known);
        let words = format!("interrupted: the {}{accepted} goes on.{how}", verb(action));
        fail(out.json, &words, code, Some(&About { request: known.request(), environment }));
        std::process::exit(code.into());
    });
}

/// How to cancel an action's own request, which may still wait behind somebody else's that runs: a sentence with a space
/// before it, or nothing where there is nothing to cancel.
pub fn to_cancel(action: Action, environment: &str, known: Known) -> String {
    let when = match action {
        Action::Cancel => return String::new(),
        // They are not canceled while they run.
        Action::Stop | Action::Restart => "To take it back while it waits",
        Action::Deploy | Action::Redeploy | Action::DeployVersion | Action::DeployLatest => "To cancel it",
    };
    match known.request() {
        Some(request) => format!(" {when}: playhead environment cancel {environment} --request {request}"),
        None => format!(
            " Which request it is, is not known, and what runs may be somebody else's: before you cancel anything, look with \
             \"playhead environment status {environment}\" and \"playhead environment queue {environment}\"."
        ),
    }
}

/// Listens from now on; what comes is the exit code.
#[cfg(unix)]
fn told() -> io::Result<impl Future<Output = u8> + Send> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => INTERRUPTED,
            _ = terminate.recv() => TERMINATED,
        }
    })
}

/// Listens from now on; what comes is the exit code.
#[cfg(not(unix))]
fn told() -> io::Result<impl Future<Output = u8> + Send> {
    let mut interrupt = tokio::signal::windows::ctrl_c()?;
    Ok(async move {
        interrupt.recv().await;
        INTERRUPTED
    })
}
