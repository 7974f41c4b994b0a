//! How the command line reads the wire.

use playhead::api::environment::Environment;
use playhead::api::live::{EnvironmentLive, ServiceLive};
use playhead::api::service::Service;
use playhead::cli::facts::Member;
use playhead::client::meaning;
use playhead::lifecycle::{EnvironmentFacts, Provider};

pub fn service(from: &Service, provider: Provider, live: &ServiceLive) -> Member {
    let mut member = Member::read(from, provider).expect("an id");
    member.set_live(live);
    member
}

pub fn environment(_: &Environment, live: &EnvironmentLive) -> EnvironmentFacts {
    meaning::environment(live)
}
