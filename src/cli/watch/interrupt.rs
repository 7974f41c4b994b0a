//! Being told to end while an action is under way: what is accepted goes on, and how to cancel it is said.

use std::io;
use std::sync::Arc;

use tokio::sync::Mutex;

use crate::cli::act::verb;
use crate::cli::output::{Output, fail};
use crate::lifecycle::Action;

/// The exit code after Ctrl-C, as of every shell.
const INTERRUPTED: u8 = 130;
/// The same after SIGTERM.
#[cfg(unix)]
const TERMINATED: u8 = 143;

/// Held while something has to be done to its end before.
pub type Busy = Arc<Mutex<()>>;

/// Ctrl-C and SIGTERM end the watching only: says so, and how to end the deployment of the environment that a command
/// calls so. From the return on they are heard, and obeyed as soon as nobody is busy.
pub fn hear(out: Output, action: Action, environment: &str, busy: &Busy) {
    let how = match action {
        Action::Stop | Action::Restart | Action::Cancel => String::new(),
        Action::Deploy | Action::Redeploy | Action::DeployVersion | Action::DeployLatest => {
            format!(" To cancel it: playhead environment cancel {environment}")
        }
    };
    let words = format!("interrupted: the {}, once accepted, goes on.{how}", verb(action));
    // Where nobody can listen, they end the program as they always do.
    let Ok(told) = told() else { return };
    let busy = busy.clone();
    tokio::spawn(async move {
        let code = told.await;
        let _free = busy.lock().await;
        out.progress_over();
        fail(out.json, &words, code);
        std::process::exit(code.into());
    });
}

/// Lets what was heard while somebody was busy have its turn: it ends the program.
pub async fn give_way(busy: &Busy) {
    // What has come by now is heard…
    tokio::task::yield_now().await;
    // …and stands before this one in the queue.
    drop(busy.lock().await);
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
