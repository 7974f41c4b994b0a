//! Answers: what the handlers return, and how it becomes a response.

use serde::Serialize;

use crate::api::http::{POSITION, REQUEST};
use crate::api::{ErrorBody, Method, Response};
use crate::simulator::{Accepted, Rejected, World, settings};

use super::place::Misplaced;

/// Why a request is not answered with a success.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// The body or the query is wrong.
    #[error(transparent)]
    Malformed(#[from] Misplaced),
    /// Something that is named is not there.
    #[error("there is no {what} {id}")]
    Missing {
        /// What sort of thing.
        what: &'static str,
        /// The id that was given.
        id: String,
    },
    /// A request that is not there; it may have been.
    #[error(
        "there is no {what} {id} (any more): an environment remembers the last {} that are over",
        settings::HISTORY
    )]
    Forgotten {
        /// What sort of request.
        what: &'static str,
        /// The id that was given.
        id: String,
    },
    /// There is no such path.
    #[error("there is nothing at this path")]
    Path,
    /// The path is there, with other methods only.
    #[error("this path answers to {} only", names(allowed))]
    Method {
        /// Those.
        allowed: Vec<Method>,
    },
    /// The law refuses it; in its words.
    #[error("{0}")]
    Refused(String),
    /// What answers it is not there yet.
    #[error("what answers this is not loaded yet; try again")]
    NotYet,
    /// The body is larger than what is read.
    #[error("{0}")]
    TooLarge(String),
}

fn names(methods: &[Method]) -> String {
    let names: Vec<&str> = methods.iter().map(|method| method.name()).collect();
    names.join(" and ")
}

impl Problem {
    /// Something that is named is not there.
    pub fn missing(what: &'static str, id: impl ToString) -> Problem {
        Problem::Missing { what, id: id.to_string() }
    }

    /// A request that is not there; it may have been.
    pub fn forgotten(what: &'static str, id: impl ToString) -> Problem {
        Problem::Forgotten { what, id: id.to_string() }
    }

    fn status(&self) -> (u16, &'static str) {
        match self {
            Problem::Malformed(_) => (400, "Bad Request"),
            Problem::Missing { .. } | Problem::Forgotten { .. } | Problem::Path => (404, "Not Found"),
            Problem::Method { .. } => (405, "Method Not Allowed"),
            Problem::Refused(_) => (409, "Conflict"),
            Problem::NotYet => (503, "Service Unavailable"),
            Problem::TooLarge(_) => (413, "Payload Too Large"),
        }
    }

    /// What a request that the simulator rejects is answered with.
    pub fn rejected(rejected: Rejected, world: &World) -> Problem {
        match rejected {
            Rejected::NoEnvironment(id) => Problem::missing("environment", id),
            Rejected::NoService(id) => Problem::missing("service", id),
            Rejected::NotWaiting(_) | Rejected::Refused(_) => Problem::Refused(rejected.to_string()),
            Rejected::WrongNumber { .. } => {
                Problem::Malformed(Misplaced { place: "document".into(), problem: rejected.to_string() })
            }
            Rejected::NoneAllows { refusals } => {
                const NAMED: usize = 5;
                let mut words = String::from("None of the selected services allows it:");
                for (service, refusal) in refusals.iter().take(NAMED) {
                    let name = world.service(*service).map_or("?", |service| &service.name);
                    words.push_str(&format!(" {name}: {refusal}"));
                }
                if let Some(more) = refusals.len().checked_sub(NAMED).filter(|more| *more > 0) {
                    words.push_str(&format!(" And {more} more."));
                }
                Problem::Refused(words)
            }
        }
    }

    /// The response.
    pub fn response(&self) -> Response {
        let (status, error) = self.status();
        let words = match self {
            Problem::Malformed(misplaced) => misplaced.to_string(),
            Problem::Missing { .. } => format!("{self}. List what there is to see the ids."),
            other => other.to_string(),
        };
        let place = match self {
            Problem::Malformed(misplaced) => Some(misplaced.place.clone()),
            _ => None,
        };
        let body =
            ErrorBody { status, error: error.to_owned(), message: Some(words.clone()), detail: Some(words), place };
        let response = json(status, &body);
        match self {
            Problem::Method { allowed } => response.with_header("Allow", names(allowed).replace(" and ", ", ")),
            _ => response,
        }
    }
}

/// A response with a JSON body.
pub fn json(status: u16, body: &impl Serialize) -> Response {
    let mut response = Response::new(status).with_header("Content-Type", "application/json");
    // Only maps with keys that are no texts fail here, and there are none in the contract.
    response.body = serde_json::to_vec(body).unwrap_or_default();
    response
}

/// Adds what an accepted request is known by.
pub fn accepted(response: Response, accepted: &Accepted) -> Response {
    response.with_header(REQUEST, accepted.id.to_string()).with_header(POSITION, accepted.position.to_string())
}
