//! Log lines of a deployment.

use serde::{Deserialize, Serialize};

use super::time::Time;

/// A line; lists come oldest first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LogLine {
    /// `INFO`, `WARNING`, `ERROR`.
    #[serde(rename = "type", default)]
    pub level: String,
    /// When it was written.
    pub timestamp: Time,
    /// Where it comes from.
    #[serde(default)]
    pub details: LogDetails,
    /// The text, unless it is an error.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<LogMessage>,
    /// The error.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<LogError>,
}

/// Where a log line comes from.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
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

/// Who wrote a log line.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Transmitter {
    /// UUID.
    pub id: String,
    /// The name.
    pub name: String,
    /// Such as `Environment`, `Application`.
    #[serde(rename = "type")]
    pub kind: String,
}

/// A step of a deployment, such as `Build`, `Deploy`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct LogStep {
    /// The step.
    pub step: String,
}

/// The text of a log line.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct LogMessage {
    /// What can be shown to anybody.
    pub safe_message: String,
}

/// The error of a log line.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct LogError {
    /// What went wrong.
    pub user_log_message: String,
    /// What to do.
    pub hint_message: Option<String>,
}
