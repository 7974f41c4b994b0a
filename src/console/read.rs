//! A value that is asked for when it is needed, and followed like a signal: a shared closure.
//!
//! For what a part of the page is given. A `Signal` of Leptos would do, but brings a kilobyte and a half of code for each
//! type of value, and there are a dozen.

use std::sync::Arc;

use leptos::prelude::{Get, Signal};

/// A value that is read anew each time.
pub struct Read<T>(Arc<dyn Fn() -> T + Send + Sync>);

impl<T> Clone for Read<T> {
    fn clone(&self) -> Self {
        Read(self.0.clone())
    }
}

impl<T> Read<T> {
    /// What the closure returns.
    pub fn new(read: impl Fn() -> T + Send + Sync + 'static) -> Read<T> {
        Read(Arc::new(read))
    }

    /// The value now; whoever asks in an effect is told of its changes.
    pub fn get(&self) -> T {
        (self.0)()
    }
}

impl<T: Clone + Send + Sync + 'static> From<T> for Read<T> {
    fn from(value: T) -> Read<T> {
        Read::new(move || value.clone())
    }
}

impl<T: Clone + Send + Sync + 'static> From<Signal<T>> for Read<T> {
    fn from(signal: Signal<T>) -> Read<T> {
        Read::new(move || signal.get())
    }
}
