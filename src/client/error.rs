//! What can go wrong with a call, and the words for it.

use thiserror::Error;

/// Why a call has no answer that could be used. Displayed: what happened, and what to do next.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Error {
    /// No answer in time. For an action that means: it is not known whether it was accepted.
    #[error("No answer within {seconds} s.{}", if *.action { OPEN } else { "" })]
    Timeout {
        /// How long it was waited for.
        seconds: u32,
        /// Whether it was an action, which is never sent twice.
        action: bool,
    },
    /// The request did not get through.
    #[error("The server cannot be reached. Check the network.")]
    Offline,
    /// 409: the rule refuses; the reason is the server's.
    #[error("{reason}")]
    Refused {
        /// The rule's reason, in words.
        reason: String,
    },
    /// 400: the request is malformed.
    #[error("The request was not understood: {detail}")]
    Invalid {
        /// Which field, and what is wrong with it.
        detail: String,
    },
    /// 401: a token is wanted, or this one is not known. 403: what is asked is not for this token, or for nobody.
    #[error("The server {}: {detail}", if *.status == 401 { "wants a token that it knows" } else { "does not allow this" })]
    Unauthorized {
        /// Which of the two.
        status: u16,
        /// The server's words: why, and mostly what to do.
        detail: String,
    },
    /// 404: it is not there (any more).
    #[error("{detail}")]
    NotFound {
        /// What is not there.
        detail: String,
    },
    /// 429: too many requests.
    #[error("Too many requests for this token. {}{}", if *.action { "Nothing was done: try again" } else { "It may ask again" }, .reset.map_or(String::from(" shortly."), |seconds| format!(" in {seconds} s.")))]
    RateLimited {
        /// In how many seconds the limit is lifted, where told.
        reset: Option<u32>,
        /// Whether it was an action, which is never sent twice.
        action: bool,
    },
    /// 5xx and whatever else is no success.
    #[error("The server answered {status}: {detail}")]
    Server {
        /// The HTTP status.
        status: u16,
        /// The server's words.
        detail: String,
        /// Whether it was an action that may have been accepted all the same.
        open: bool,
        /// In how many seconds the server wants to be asked again, where told.
        wait: Option<u32>,
    },
    /// A success whose body is not what the contract says.
    #[error("The answer to {path} cannot be read: {detail}.{}", if *.action { OPEN } else { "" })]
    Unreadable {
        /// What was asked.
        path: String,
        /// Where the body breaks the contract.
        detail: String,
        /// Whether it was an action, of which then nothing is known.
        action: bool,
    },
}

/// The detail of an answer that is no answer of an API at all.
pub const WEB_PAGE: &str = "it is a web page, sent by something on the way";

/// What is said where the answer does not tell whether an action was accepted.
pub(super) const OPEN: &str =
    " It is not known whether the request was accepted: its status shows it as soon as the server tells.";

impl Error {
    /// The same, of an action or of a read.
    #[must_use]
    pub fn of(self, action: bool) -> Error {
        match self {
            Error::Timeout { seconds, .. } => Error::Timeout { seconds, action },
            Error::RateLimited { reset, .. } => Error::RateLimited { reset, action },
            Error::Unreadable { path, detail, .. } => Error::Unreadable { path, detail, action },
            other => other,
        }
    }

    /// Whether a path of our own is answered like this where the server does not offer it. A gateway may well refuse what it
    /// does not know; whether it is the token's fault, the contract's own calls tell.
    pub fn is_not_offered(&self) -> bool {
        match self {
            Error::NotFound { .. } | Error::Unauthorized { .. } | Error::Invalid { .. } => true,
            Error::Server { status, .. } => matches!(status, 405 | 501),
            Error::Timeout { .. }
            | Error::Offline
            | Error::Refused { .. }
            | Error::RateLimited { .. }
            | Error::Unreadable { .. } => false,
        }
    }

    /// Whether it is an action that may have been accepted all the same: nothing more is known of it.
    pub fn leaves_open(&self) -> bool {
        match self {
            Error::Timeout { action, .. } | Error::Unreadable { action, .. } => *action,
            Error::Server { open, .. } => *open,
            Error::Offline
            | Error::Refused { .. }
            | Error::Invalid { .. }
            | Error::Unauthorized { .. }
            | Error::NotFound { .. }
            | Error::RateLimited { .. } => false,
        }
    }

    /// In how many seconds the server wants to be asked again, where it told; one that counts requests, in a minute at
    /// least.
    pub fn wait(&self) -> Option<u32> {
        match self {
            Error::RateLimited { reset, .. } => Some(reset.unwrap_or(60)),
            Error::Server { wait, .. } => *wait,
            Error::Timeout { .. }
            | Error::Offline
            | Error::Refused { .. }
            | Error::Invalid { .. }
            | Error::Unauthorized { .. }
            | Error::NotFound { .. }
            | Error::Unreadable { .. } => None,
        }
    }

    /// Whether asking again can help: never said of an action's refusal or of what is malformed.
    pub fn may_heal(&self) -> bool {
        match self {
            Error::Timeout { .. } | Error::Offline | Error::RateLimited { .. } | Error::Server { .. } => true,
            // Of a read: it came from something on the way, or broke off.
            Error::Unreadable { action, .. } => !action,
            Error::Refused { .. } | Error::Invalid { .. } | Error::Unauthorized { .. } | Error::NotFound { .. } => {
                false
            }
        }
    }
}
