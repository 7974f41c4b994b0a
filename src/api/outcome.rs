//! What became of a request, item by item (`/x/request/{id}`).

use serde::Serialize;

use super::reading::readable;

/// A request that was accepted, and what became of each service it named.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
pub struct Outcome {
    /// The request.
    pub id: String,
    /// The action's stable name, such as `REDEPLOY`.
    pub action: String,
    /// `WAITING`, `RUNNING`, `ENDED`.
    pub state: String,
    /// The place in the queue, from 1, while it waits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub position: Option<usize>,
    /// In words what became of it as a whole, where that needs saying: "nothing to do", "taken back".
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// Each service.
    pub items: Vec<OutcomeItem>,
}

readable!(Outcome { id, action, state, position, note, items });

/// What became of one service of a request.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
pub struct OutcomeItem {
    /// The service.
    pub service_id: String,
    /// Its name.
    pub name: String,
    /// `ACCEPTED` (waits or runs), `SKIPPED`, `DONE`, `FAILED`, `CANCELED`.
    pub outcome: String,
    /// Why, in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

readable!(OutcomeItem { service_id, name, outcome, reason });
