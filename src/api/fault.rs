//! Faults that can be asked of the in-browser backend (`/x/faults`).

use serde::Serialize;

use super::reading::readable;

/// Which services fail, and how. Each list holds service ids, or `*` for all.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
pub struct Faults {
    /// The build fails.
    pub build_fails: Vec<String>,
    /// The image is built but cannot be pushed.
    pub push_fails: Vec<String>,
    /// The readiness probe never succeeds.
    pub readiness_never_ok: Vec<String>,
    /// A pod crashes a while after it got ready.
    pub pod_crashes: Vec<String>,
    /// The stop fails.
    pub stop_fails: Vec<String>,
    /// The restart cannot be processed.
    pub restart_fails: Vec<String>,
    /// The cluster has no room for new pods.
    pub no_capacity: Vec<String>,
}

readable!(Faults { build_fails, push_fails, readiness_never_ok, pod_crashes, stop_fails, restart_fails, no_capacity });
