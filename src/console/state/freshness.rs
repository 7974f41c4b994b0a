//! How fresh the data is: the page says what is true, and since when.

use crate::client;
use crate::console::format::{self, Millis};

/// The last contact with the server, in the browser's time.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Contact {
    /// When the last answer came, in milliseconds; `None`: never.
    pub answered: Option<f64>,
    /// The time now.
    pub now: f64,
    /// Why the last try failed, if it did.
    pub trouble: Option<client::Error>,
    /// After how many milliseconds without an answer the data counts as old: a little more than the pause between polls.
    pub patience: f64,
    /// How many requests the token has left in this hour, where the server tells.
    pub left: Option<u32>,
    /// Whether the server lets this page only read.
    pub reads_only: bool,
}

/// How fresh the data is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Freshness {
    /// Nothing has come yet.
    Connecting,
    /// What is shown is what is.
    Live,
    /// It was true so many seconds ago.
    Old {
        /// Seconds since the last answer.
        seconds: u32,
    },
    /// The last try failed; it is tried again.
    Reconnecting {
        /// Seconds since the last answer.
        seconds: u32,
    },
    /// The server does not let this page read any more.
    Refused {
        /// Seconds since the last answer.
        seconds: u32,
    },
    /// The server counts requests, and there were too many.
    Limited {
        /// Seconds since the last answer.
        seconds: u32,
    },
    /// There is no network, or no way to the server.
    Offline {
        /// Seconds since the last answer.
        seconds: u32,
    },
}

impl Contact {
    /// What to say of it.
    pub fn freshness(&self) -> Freshness {
        let age = self.answered.map_or(0.0, |answered| (self.now - answered).max(0.0));
        let seconds = (age / 1_000.0) as u32;
        match &self.trouble {
            Some(client::Error::Offline) => Freshness::Offline { seconds },
            Some(client::Error::Unauthorized { .. }) => Freshness::Refused { seconds },
            Some(client::Error::RateLimited { .. }) => Freshness::Limited { seconds },
            Some(_) => Freshness::Reconnecting { seconds },
            None if self.answered.is_none() => Freshness::Connecting,
            None if age > self.patience => Freshness::Old { seconds },
            None => Freshness::Live,
        }
    }
}

impl Freshness {
    /// The words of the badge.
    pub fn words(self) -> String {
        let old = |seconds: u32| if seconds == 0 { String::new() } else { format!(", {} old", age(seconds)) };
        match self {
            Freshness::Connecting => "Connecting".into(),
            Freshness::Live => "Live".into(),
            Freshness::Old { seconds } => format!("{} old", age(seconds)),
            Freshness::Reconnecting { seconds } => format!("Reconnecting{}", old(seconds)),
            Freshness::Refused { seconds } => format!("Not authorized{}", old(seconds)),
            Freshness::Limited { seconds } => format!("Too many requests{}", old(seconds)),
            Freshness::Offline { seconds } => format!("Offline{}", old(seconds)),
        }
    }

    /// Its tone (style).
    pub fn tone(self) -> &'static str {
        match self {
            Freshness::Live => "ok",
            Freshness::Connecting | Freshness::Old { .. } => "idle",
            Freshness::Reconnecting { .. } | Freshness::Limited { .. } => "warn",
            Freshness::Offline { .. } | Freshness::Refused { .. } => "error",
        }
    }
}

fn age(seconds: u32) -> String {
    format::age(Millis::from(seconds) * 1_000, 0)
}
