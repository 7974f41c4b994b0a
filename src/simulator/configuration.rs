//! What a service is set to, and what it runs (law §1).

use std::fmt;
use std::sync::Arc;

/// A git commit, an image tag or a chart version (law §1).
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Version(pub Arc<str>);

impl From<&str> for Version {
    fn from(name: &str) -> Version {
        Version(name.into())
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A configuration, desired or running. Two that are not equal are the "difference" of law §5.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Configuration {
    /// The version; databases have none.
    pub version: Option<Version>,
    /// vCPU, in thousandths.
    pub cpu_milli: u32,
    /// Memory, in MB.
    pub memory_mb: u32,
    /// How many pods are run; the simulator does not scale by load, so this is the number of instances.
    pub min_instances: u32,
    /// Upper bound of the autoscaler.
    pub max_instances: u32,
    /// Fingerprint of the variables: it differs when they do.
    pub variables: u64,
}

impl Default for Configuration {
    fn default() -> Configuration {
        Configuration {
            version: None,
            cpu_milli: 500,
            memory_mb: 512,
            min_instances: 1,
            max_instances: 1,
            variables: 0,
        }
    }
}
