//! The stages of an environment's pipeline.

use serde::Serialize;

use super::reading::readable;

use super::results::Reference;

/// A stage, as configured.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
pub struct Stage {
    /// UUID.
    pub id: String,
    /// The environment it belongs to.
    pub environment: Reference,
    /// The name.
    pub name: String,
    /// Free text.
    pub description: String,
    /// Its place, from 1.
    pub deployment_order: u32,
    /// The services in it.
    pub services: Vec<StageService>,
}

readable!(Stage { id, environment, name, description, deployment_order, services });

/// A service in a stage.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
pub struct StageService {
    /// The service.
    pub service_id: String,
    /// Its type.
    pub service_type: String,
}

readable!(StageService { service_id, service_type });
