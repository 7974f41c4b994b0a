//! What an answer says: the body of a success, or which error it is.

use serde::Serialize;

use super::error::{self, Error};
use super::limit;
use crate::api::http::SCOPE;
use crate::api::reading::{self, Read};
use crate::api::{ErrorBody, Response};

/// A success, and what was asked.
pub(super) struct Answer {
    /// What was asked.
    pub path: String,
    /// What was answered.
    pub response: Response,
}

/// A path of our own that is not there means that the server does not offer it.
pub(super) fn found<T>(answer: Result<T, Error>) -> Result<Option<T>, Error> {
    match answer {
        Ok(answer) => Ok(Some(answer)),
        Err(Error::NotFound { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}

pub(super) fn encode(body: &impl Serialize) -> Result<Vec<u8>, Error> {
    serde_json::to_vec(body).map_err(|error| Error::Invalid { detail: error.to_string() })
}

/// The body of a success; of an action it tells that it is really the server's.
pub(super) fn decode<T: Read>(answer: &Answer, action: bool) -> Result<T, Error> {
    reading::from_slice(&answer.response.body).map_err(|misplaced| {
        let page = answer.response.body.trim_ascii_start().starts_with(b"<");
        let detail = if page { error::WEB_PAGE.to_owned() } else { misplaced.to_string() };
        Error::Unreadable { path: answer.path.clone(), detail, action }
    })
}

/// The error of an answer that is not a success; a body that is not the contract's is no reason to say less.
pub(super) fn failure(response: &Response, action: bool) -> Error {
    let body: ErrorBody = reading::from_slice(&response.body).unwrap_or_default();
    let reasoned = !body.words().is_empty();
    let words = match body.words() {
        "" => "no reason is given".to_owned(),
        words => words.to_owned(),
    };
    let detail = match body.place {
        Some(place) if !words.contains(&place) => format!("{place}: {words}"),
        Some(_) | None => words,
    };
    match response.status {
        400 | 413 | 422 => Error::Invalid { detail },
        status @ (401 | 403) => Error::Unauthorized { status, detail },
        404 => Error::NotFound { detail },
        409 => Error::Refused { reason: detail },
        429 => Error::RateLimited { reset: limit::reset(response), action },
        status => {
            // A server of ours says itself what became of an action; of an answer that took too long it does not know.
            let told = response.header(SCOPE).is_some();
            let open = action && (matches!(status, 408 | 504) || (status >= 500 && !told));
            let detail = if open && !(told && reasoned) { format!("{detail}.{}", error::OPEN) } else { detail };
            Error::Server { status, detail, open, wait: limit::retry_after(response) }
        }
    }
}
