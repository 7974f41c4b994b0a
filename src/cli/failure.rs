//! How a command ends badly: the words for it, and the exit code.

use std::io;

use thiserror::Error;

use super::settings::HeldBack;
use crate::client::{self, error::WEB_PAGE};
use crate::lifecycle::{EnvironmentId, RequestId};
use crate::server::API;

/// Whether a server was given a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Token {
    /// It was.
    Given,
    /// There is one for another address, which is not sent there.
    HeldBack(HeldBack),
    /// There is none.
    Missing,
}

/// The request that goes on although the command has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct About {
    /// Which, where it is known.
    pub request: Option<RequestId>,
    /// Where.
    pub environment: EnvironmentId,
}

/// Why a command did not do what was asked.
#[derive(Debug, Error)]
pub enum Failure {
    /// The arguments, a name or a setting are wrong.
    #[error("{0}")]
    Usage(String),
    /// The law refuses.
    #[error("{0}")]
    Refused(String),
    /// A call did not succeed.
    #[error("{}", words(.error, .base, *.token))]
    Call {
        /// What the client says.
        error: client::Error,
        /// Which server it was.
        base: String,
        /// Whether it was given a token.
        token: Token,
    },
    /// The deployment that was watched ended badly.
    #[error("{0}")]
    Failed(String),
    /// The deployment that was watched did not end in time.
    #[error("{words}")]
    NotEnded {
        /// What is to be said.
        words: String,
        /// Which request it is, of an action.
        about: Option<About>,
    },
    /// Who read the output went away, which is no error.
    #[error("the output was closed")]
    Closed,
    /// A file or the output could not be read or written.
    #[error("{place}: {error}. Check the path and its rights.")]
    File {
        /// Which.
        place: String,
        /// Why.
        error: io::Error,
    },
}

impl Failure {
    /// The exit code, as told in the help.
    pub fn code(&self) -> u8 {
        match self {
            Failure::Closed => 0,
            Failure::Failed(_) => 1,
            Failure::Usage(_) | Failure::File { .. } => 2,
            Failure::Refused(_) => 3,
            Failure::NotEnded { .. } => 4,
            Failure::Call { error, .. } => match error {
                client::Error::Invalid { .. } | client::Error::NotFound { .. } => 2,
                client::Error::Refused { .. } | client::Error::Unauthorized { .. } => 3,
                client::Error::Timeout { .. }
                | client::Error::Offline
                | client::Error::RateLimited { .. }
                | client::Error::Server { .. }
                | client::Error::Unreadable { .. } => 4,
            },
        }
    }

    /// The request that goes on.
    pub fn about(&self) -> Option<&About> {
        match self {
            Failure::NotEnded { about, .. } => about.as_ref(),
            Failure::Closed
            | Failure::Failed(_)
            | Failure::Usage(_)
            | Failure::File { .. }
            | Failure::Refused(_)
            | Failure::Call { .. } => None,
        }
    }

    /// A failure to write to the output.
    pub fn output(error: io::Error) -> Failure {
        match error.kind() {
            io::ErrorKind::BrokenPipe => Failure::Closed,
            _ => Failure::File { place: "the output".to_owned(), error },
        }
    }
}

/// A place in a request and what is wrong there, of words that begin with the place.
fn placed(detail: &str) -> Option<(&str, &str)> {
    let part = |byte: u8| byte.is_ascii_alphanumeric() || b"_.[]".contains(&byte);
    detail.split_once(": ").filter(|(place, _)| !place.is_empty() && place.bytes().all(part))
}

/// What to do where nothing tells what became of an action.
const LOOK: &str = "It is not known whether the request was accepted: look with \"playhead environment status\" before \
                    you send it again.";

/// The client's words are the page's, where much goes on by itself: here the command has ended.
fn words(error: &client::Error, base: &str, token: Token) -> String {
    match error {
        client::Error::Offline => {
            format!("{base} cannot be reached. Check the address (--api-url) and the network.")
        }
        client::Error::Timeout { seconds, action: false } => {
            format!("{base} gave no answer within {seconds} s. Try again later.")
        }
        client::Error::Timeout { seconds, action: true } => {
            format!("{base} gave no answer within {seconds} s. {LOOK}")
        }
        client::Error::Unreadable { detail, action: false, .. } if detail == WEB_PAGE && !base.ends_with(API) => {
            format!(
                "{base} answers with a web page: no API begins there, or something on the way sent it. The API of a Playhead \
             server is below {API}: try --api-url {base}{API}"
            )
        }
        client::Error::Unreadable { path, detail, action: true } => {
            format!("the answer of {base} to {path} cannot be read: {detail}. {LOOK}")
        }
        client::Error::Invalid { detail } => match placed(detail) {
            Some((place, words)) => format!("{words} (in the request: {place})"),
            None => error.to_string(),
        },
        client::Error::RateLimited { reset, .. } => {
            let when = reset.map_or_else(|| "later".to_owned(), |seconds| format!("in {seconds} s"));
            format!("too many requests for this token. Try again {when}.")
        }
        client::Error::Unauthorized { status, detail } => {
            let (what, next) = match (*status, token) {
                (401, Token::HeldBack(HeldBack::Live)) => (
                    "wants a token",
                    " QOVERY_CLI_ACCESS_TOKEN is sent to the address of QOVERY_API_URL only: give the token of this server \
                     with PLAYHEAD_TOKEN, --token-file or \"token\" in the config file.",
                ),
                (401, Token::HeldBack(HeldBack::File)) => (
                    "wants a token",
                    " The token of the config file is sent to the address there (\"api_url\", else \
                     http://127.0.0.1:8080/api) only: give the token of this server with PLAYHEAD_TOKEN or --token-file.",
                ),
                (401, Token::Missing) => {
                    ("wants a token", " Give it with PLAYHEAD_TOKEN, --token-file or \"token\" in the config file.")
                }
                (401, Token::Given) => (
                    "does not know this token",
                    " Check PLAYHEAD_TOKEN, --token-file or the config file (--auth bearer for a personal token).",
                ),
                (_, Token::Given) => ("does not let this token do that", ""),
                (_, Token::Missing | Token::HeldBack(_)) => ("does not allow that", ""),
            };
            format!("{base} {what}: {}.{next}", detail.trim_end().trim_end_matches('.'))
        }
        client::Error::NotFound { detail } if detail.is_empty() => {
            format!("{base} does not know that. Check that the address ends where the API begins, such as /api.")
        }
        client::Error::Refused { .. }
        | client::Error::NotFound { .. }
        | client::Error::Server { .. }
        | client::Error::Unreadable { .. } => error.to_string(),
    }
}
