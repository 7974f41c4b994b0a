//! How the console reads the wire.

use playhead::api::environment::Environment;
use playhead::api::live::{EnvironmentLive, ServiceLive};
use playhead::api::service::Service;
use playhead::console::state::row::ServiceRow;
use playhead::console::state::wire;
use playhead::lifecycle::{EnvironmentFacts, Provider};

pub fn service(from: &Service, provider: Provider, live: &ServiceLive) -> ServiceRow {
    wire::service_live(&wire::service(from, provider, "", 0).expect("an id"), live)
}

pub fn environment(from: &Environment, live: &EnvironmentLive) -> EnvironmentFacts {
    wire::environment_live(&wire::environment(from).expect("an id"), live).facts()
}
