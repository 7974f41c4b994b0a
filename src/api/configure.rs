//! Writing the desired configuration: `PUT` of a whole service.
//!
//! The contract replaces the whole service, so an edit is: read it raw, change some fields, write it back. What this
//! program does not know is carried along untouched.

use serde_json::{Map, Value};

/// The least and the greatest vCPU that can be set, mCPU.
pub const CPU: (u32, u32) = (10, 128_000);
/// The least and the greatest memory that can be set, MB.
pub const MEMORY: (u32, u32) = (1, 1_048_576);
/// The least and the greatest number of instances that can be set; to run none, stop the service.
pub const INSTANCES: (u32, u32) = (1, 1_000);

/// What an edit changes; `None` leaves a field as it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Edit {
    /// mCPU.
    pub cpu: Option<u32>,
    /// MB.
    pub memory: Option<u32>,
    /// At least so many instances.
    pub min_running_instances: Option<u32>,
    /// At most so many instances.
    pub max_running_instances: Option<u32>,
}

impl Edit {
    /// The body of the `PUT` that makes this change on a service as it was read.
    pub fn body(&self, mut service: Map<String, Value>) -> Map<String, Value> {
        let fields = [
            ("cpu", self.cpu),
            ("memory", self.memory),
            ("min_running_instances", self.min_running_instances),
            ("max_running_instances", self.max_running_instances),
        ];
        for (name, value) in fields {
            if let Some(value) = value {
                service.insert(name.to_owned(), value.into());
            }
        }
        // A container's answer names its registry in full, its request by id only.
        let registry = service.get("registry").and_then(|registry| registry.get("id")).cloned();
        if let (Some(id), None) = (registry, service.get("registry_id")) {
            service.insert("registry_id".to_owned(), id);
        }
        service
    }
}
