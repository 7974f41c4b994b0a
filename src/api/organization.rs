//! Organizations and their projects.

use serde::{Deserialize, Serialize};

use super::results::Reference;

/// An organization: owns registries, chart repositories and projects.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Organization {
    /// UUID.
    pub id: String,
    /// The name.
    pub name: String,
}

/// A project: a set of environments.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Project {
    /// UUID.
    pub id: String,
    /// The name.
    pub name: String,
    /// Free text.
    pub description: Option<String>,
    /// The organization it belongs to.
    pub organization: Reference,
}
