//! Log lines of a deployment.

use std::borrow::Cow;

use serde::Serialize;

use super::reading::readable;

use super::time::Time;

/// A line; lists come oldest first, and bare.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
pub struct LogLine {
    /// `INFO`, `WARNING`, `ERROR`.
    #[serde(rename = "type")]
    pub level: String,
    /// When it was written.
    pub timestamp: Time,
    /// Where it comes from.
    pub details: LogDetails,
    /// The text, unless it is an error.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<LogMessage>,
    /// The error.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<LogError>,
}

readable!(LogLine { level = "type", timestamp, details, message, error });

impl LogLine {
    /// What it says: the error, with what to do, or the message.
    pub fn text(&self) -> Cow<'_, str> {
        match (&self.error, &self.message) {
            (Some(LogError { user_log_message, hint_message: Some(hint) }), _) => {
                Cow::Owned(format!("{user_log_message} {hint}"))
            }
            (Some(error), _) => Cow::Borrowed(&error.user_log_message),
            (None, Some(message)) => Cow::Borrowed(&message.safe_message),
            (None, None) => Cow::Borrowed(""),
        }
    }
}

/// Where a log line comes from.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
pub struct LogDetails {
    /// The deployment.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub execution_id: Option<String>,
    /// Who wrote it: the environment or a service.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub transmitter: Option<Transmitter>,
    /// At which step.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stage: Option<LogStep>,
}

readable!(LogDetails { execution_id, transmitter, stage });

/// Who wrote a log line.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
pub struct Transmitter {
    /// UUID.
    pub id: String,
    /// The name.
    pub name: String,
    /// Such as `Environment`, `Application`.
    #[serde(rename = "type")]
    pub kind: String,
}

readable!(Transmitter { id, name, kind = "type" });

/// A step of a deployment, such as `Build`, `Deploy`.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
pub struct LogStep {
    /// The step.
    pub step: String,
}

readable!(LogStep { step });

/// The text of a log line.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
pub struct LogMessage {
    /// What can be shown to anybody.
    pub safe_message: String,
}

readable!(LogMessage { safe_message });

/// The error of a log line.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
pub struct LogError {
    /// What went wrong.
    pub user_log_message: String,
    /// What to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hint_message: Option<String>,
}

readable!(LogError { user_log_message, hint_message });
