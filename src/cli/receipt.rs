//! The file that says which request an action became (`--request-file`): what is written, when, and how it is read.
//!
//! It stands there before the action is sent, has the request's id as soon as that is known, and is gone when nothing was
//! accepted: who reads it later never takes a request that may run for none.
//!
//! Invariant: it is replaced as a whole, so that nobody reads half of it.

use std::collections::HashSet;
use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::failure::Failure;
use super::session::Session;
use super::snapshot::Snapshot;
use crate::api::queue::Queued;
use crate::client::{self, Accepted, Order};
use crate::lifecycle::{EnvironmentId, RequestId};

/// Of an action that is on its way.
const SENT: &str = "sent, and not answered yet";
/// Of an action whose request the server does not name.
const UNNAMED: &str = "accepted, and the server does not tell which request it is";

/// What a file says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Known {
    /// Nothing was asked for: it is not there, or it is empty.
    Nothing,
    /// An action was sent; whether it was accepted is not known.
    Sent,
    /// An action was accepted; which request it is, is not known.
    Unnamed,
    /// The request.
    Request(RequestId),
}

impl Known {
    /// Of an action that was accepted.
    pub fn accepted(request: Option<RequestId>) -> Known {
        request.map_or(Known::Unnamed, Known::Request)
    }

    /// The request, where it is known.
    pub fn request(self) -> Option<RequestId> {
        match self {
            Known::Request(request) => Some(request),
            Known::Nothing | Known::Sent | Known::Unnamed => None,
        }
    }
}

/// What became of an action that is kept in a file.
pub struct Kept {
    /// What the server said of it.
    pub accepted: Accepted,
    /// Which request it is: of a server that does not say, as its lists tell.
    pub known: Known,
    /// Whether that could be written.
    pub written: Result<(), Failure>,
}

/// Reads a file.
///
/// # Errors
/// [`Failure::Usage`] where it is none that an action wrote; [`Failure::File`] where it cannot be read.
pub fn read(path: &Path) -> Result<Known, Failure> {
    let text = match fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Known::Nothing),
        Err(error) => return Err(at(path, error)),
    };
    match text.trim() {
        "" => Ok(Known::Nothing),
        SENT => Ok(Known::Sent),
        UNNAMED => Ok(Known::Unnamed),
        id => id.parse().map(Known::Request).map_err(|error| {
            let place = path.display();
            Failure::Usage(format!("{place}: {error}. Name the file that --request-file of the action wrote."))
        }),
    }
}

/// Takes away what an earlier action wrote.
///
/// # Errors
/// Those of [`read`]: what no action wrote is not taken away; [`Failure::File`] where it cannot be.
pub fn forget(path: &Path) -> Result<(), Failure> {
    if fs::metadata(path).is_ok_and(|found| !found.is_file()) {
        let place = path.display();
        return Err(Failure::Usage(format!("--request-file: {place} is no file. Name one that may be written.")));
    }
    read(path)?;
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(at(path, error)),
        Ok(()) | Err(_) => Ok(()),
    }
}

/// Sends an action, and keeps in the file what becomes of it.
///
/// # Errors
/// [`Failure::File`] before anything is sent, where the file cannot be written; else those of the action.
pub async fn send(session: &Session, snapshot: &Snapshot, order: &Order, path: &Path) -> Result<Kept, Failure> {
    // A server of ours names the request in its answer.
    let names = snapshot.plain.is_none();
    let before =
        if names { HashSet::new() } else { session.told(Listed::read(session, order.environment).await)?.ids() };
    write(path, SENT)?;
    let (accepted, named) = match session.client.act_and_read(order).await {
        Ok(accepted) => accepted,
        Err(error) => {
            if !error.leaves_open() {
                // What cannot be taken away says that it is not known: nobody is misled by it.
                let _ = fs::remove_file(path);
            }
            return session.told(Err(error));
        }
    };
    let request = match accepted.request {
        Some(request) => Some(request),
        // What cannot be read tells nothing: the answer alone may name one that ran before.
        None => Listed::read(session, order.environment).await.ok().and_then(|now| now.new_one(order, &before, named)),
    };
    if request.is_none() {
        session.out.progress("the server does not tell which request it is: it cannot be canceled by its file");
    }
    let kept = write(path, &request.map_or_else(|| UNNAMED.to_owned(), |id| id.to_string()));
    if let (Err(failure), Some(id)) = (&kept, request) {
        session.out.progress(&format!("request {id} was accepted, and its id is not written down: {failure}"));
    }
    Ok(Kept { accepted, known: Known::accepted(request), written: kept })
}

/// The requests that the contract shows: those that wait, and the one that runs or is the next.
struct Listed {
    queue: Vec<Queued>,
    first: Option<RequestId>,
}

impl Listed {
    /// The queue before the status: what starts meanwhile is in one of them.
    async fn read(session: &Session, environment: EnvironmentId) -> Result<Listed, client::Error> {
        let queue = session.client.queue(environment).await?;
        let status = session.client.statuses(environment).await?.environment;
        let first = status.and_then(|status| status.deployment_request_id).and_then(|id| id.parse().ok());
        Ok(Listed { queue, first })
    }

    fn waiting(&self) -> impl Iterator<Item = (RequestId, &Queued)> {
        self.queue.iter().filter_map(|one| Some((one.identifier.deployment_request_id.parse().ok()?, one)))
    }

    fn ids(&self) -> HashSet<RequestId> {
        self.waiting().map(|(id, _)| id).chain(self.first).collect()
    }

    /// The one request that was not there before and can be the order's; of several, none: it may be somebody else's. What
    /// runs is known by its id alone: it is the order's where the answer named it.
    fn new_one(&self, order: &Order, before: &HashSet<RequestId>, told: Option<RequestId>) -> Option<RequestId> {
        let mut new: HashSet<RequestId> = self.waiting().map(|(id, _)| id).chain(told).collect();
        new.retain(|id| !before.contains(id));
        for (id, waiting) in self.waiting() {
            if !is_about(waiting, order) {
                new.remove(&id);
            }
        }
        let mut new = new.into_iter();
        new.next().filter(|_| new.next().is_none())
    }
}

/// Whether a waiting request has the services of an order in it.
fn is_about(waiting: &Queued, order: &Order) -> bool {
    let has = |id: &str| {
        let mut services = waiting.stages.iter().flat_map(|stage| &stage.services);
        services.any(|service| service.identifier.service_id == id)
    };
    // What its status does not allow is left out of a request for several.
    order.items.is_empty() || order.items.iter().any(|item| has(&item.service.to_string()))
}

/// Writes beside it, and puts that in its place.
fn write(path: &Path, text: &str) -> Result<(), Failure> {
    let mut beside = path.file_name().map_or_else(OsString::new, OsString::from);
    beside.push(format!(".{}", std::process::id()));
    let beside: PathBuf = path.with_file_name(beside);
    let written = fs::write(&beside, format!("{text}\n")).and_then(|()| fs::rename(&beside, path));
    written.map_err(|error| {
        let _ = fs::remove_file(&beside);
        at(path, error)
    })
}

fn at(path: &Path, error: io::Error) -> Failure {
    Failure::File { place: path.display().to_string(), error }
}
