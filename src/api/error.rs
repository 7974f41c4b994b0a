//! The body of every answer that is not a success.

use serde::Serialize;

use super::reading::readable;

/// The error body. The documents say `message`, live answers say `detail`: both are sent, `detail` is read first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
pub struct ErrorBody {
    /// The HTTP status code again.
    pub status: u16,
    /// Its name, such as `Conflict`.
    pub error: String,
    /// What is wrong and what to do, in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// The same.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// Ours: the place in the body that is wrong, such as `applications[0].application_id`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
}

readable!(ErrorBody { status, error, message, detail, place });

impl ErrorBody {
    /// The words to show: `detail`, else `message`, else `error`.
    pub fn words(&self) -> &str {
        self.detail.as_deref().or(self.message.as_deref()).unwrap_or(&self.error)
    }
}
