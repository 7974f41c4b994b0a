//! Toasts.

use leptos::prelude::*;

use super::state::Order;
use crate::client;
use crate::lifecycle::{EnvironmentId, RequestId};

/// One request's toast.
#[derive(Clone, Copy)]
pub struct Toast;

/// It is on its way.
pub fn sending(_words: String, _order: Order) -> Toast {
    Toast
}

impl Toast {
    /// The server accepted it.
    pub fn accepted(self, _request: Option<RequestId>, _place: Option<u64>, _environment: EnvironmentId) {}

    /// The server refused it.
    pub fn refused(self, _error: client::Error) {}
}

/// All toasts.
#[component]
pub fn Toasts() -> impl IntoView {}
