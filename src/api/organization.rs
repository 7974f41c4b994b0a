//! Organizations and their projects.

use serde::Serialize;

use super::reading::readable;

use super::results::Reference;

/// An organization: owns registries, chart repositories and projects.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
pub struct Organization {
    /// UUID.
    pub id: String,
    /// The name.
    pub name: String,
    /// Free text.
    pub description: Option<String>,
    /// What was agreed with the product's maker.
    pub plan: Option<String>,
}

readable!(Organization { id, name, description, plan });

/// A project: a set of environments.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
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

readable!(Project { id, name, description, organization });
