//! The backend in the page.

use crate::api::{Request, Response};

/// The small backend.
pub struct Backend;

impl Backend {
    /// Answers a request.
    pub fn handle(&mut self, _request: &Request, _now: i64) -> Response {
        Response::new(404)
    }

    /// When the next thing happens.
    pub fn next_event(&self) -> Option<i64> {
        None
    }
}
