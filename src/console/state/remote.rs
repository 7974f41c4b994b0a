//! Data of the server as a type: it says whether it is there, and whether it is current.

use crate::client;

/// Data of the server.
#[derive(Clone, Debug, PartialEq)]
pub enum Remote<T> {
    /// Asked for.
    Loading,
    /// Asked for, and it takes long.
    Slow,
    /// There, and current.
    Loaded(T),
    /// There, but the last try to renew it failed.
    Stale(T, client::Error),
    /// Not there.
    Failed(client::Error),
}

impl<T> Remote<T> {
    /// The data, current or old.
    pub fn value(&self) -> Option<&T> {
        match self {
            Remote::Loaded(value) | Remote::Stale(value, _) => Some(value),
            Remote::Loading | Remote::Slow | Remote::Failed(_) => None,
        }
    }

    /// The data, current or old, taken out.
    pub fn into_value(self) -> Option<T> {
        match self {
            Remote::Loaded(value) | Remote::Stale(value, _) => Some(value),
            Remote::Loading | Remote::Slow | Remote::Failed(_) => None,
        }
    }

    /// The same with other data.
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Remote<U> {
        match self {
            Remote::Loading => Remote::Loading,
            Remote::Slow => Remote::Slow,
            Remote::Loaded(value) => Remote::Loaded(change(value)),
            Remote::Stale(value, error) => Remote::Stale(change(value), error),
            Remote::Failed(error) => Remote::Failed(error),
        }
    }

    /// After a failure: what is there stays, and is old.
    pub fn failed(self, error: client::Error) -> Remote<T> {
        match self {
            Remote::Loaded(value) | Remote::Stale(value, _) => Remote::Stale(value, error),
            Remote::Loading | Remote::Slow | Remote::Failed(_) => Remote::Failed(error),
        }
    }
}
