//! More than anybody has: 1,000 environments, one of them with 10,000 services.

use crate::lifecycle::{Action, Scope, Status};
use crate::simulator::{Millis, Mode, Origin, Service};

use super::Open;
use super::blueprint::{Blueprint, Shape};
use super::builder::{Builder, HOUR, Past, Site};
use super::shop::{SERVICES, never_deployed, stopped};

/// How many environments there are.
const ENVIRONMENTS: usize = 1_000;
/// How many services the first has.
const SERVICES_OF_FIRST: usize = 10_000;
/// How many services each other has.
const SERVICES_OF_OTHERS: usize = 3;

/// Builds it.
pub fn build(seed: u64, now: Millis) -> Open {
    let mut builder = Builder::new("Large", seed, now);
    // One description for each blueprint; the nightly image is left out, as its thousands of tags take long to make.
    let blueprints = || {
        SERVICES
            .iter()
            .filter(|blueprint| !matches!(blueprint.shape, Shape::Container(image) if image.ends_with("-nightly")))
    };
    for place in 0..ENVIRONMENTS {
        let (name, mode) = match place {
            0 => ("everything".to_owned(), Mode::Production),
            _ if place % 20 == 0 => (format!("production-{place:03}"), Mode::Production),
            _ if place % 5 == 0 => (format!("staging-{place:03}"), Mode::Staging),
            _ if place % 3 == 0 => (format!("development-{place:03}"), Mode::Development),
            _ => (format!("preview-{place:03}"), Mode::Preview),
        };
        let mut environment = builder.environment(&Site::new(&name, mode));
        let count = if place == 0 { SERVICES_OF_FIRST } else { SERVICES_OF_OTHERS };
        let at = now - (1 + (place as Millis * 37) % 900) * HOUR;
        environment.services.reserve(count);
        for (number, blueprint) in blueprints().cycle().skip(place * 5).take(count).enumerate() {
            let name = if place == 0 { format!("{}-{number:05}", blueprint.name) } else { blueprint.name.to_owned() };
            let blueprint = Blueprint { instances: blueprint.instances.min(2), ..*blueprint };
            let mut service = builder.service_named(&environment, &blueprint, &name, at);
            vary(&mut service, place + number);
            environment.services.push(service);
        }
        let origin = if place % 2 == 0 { Origin::CiCd } else { Origin::Console };
        let by = Past::new(Action::Redeploy, Scope::Environment, "Ada Example", origin, at);
        builder.past(&mut environment, by, 0..count);
        builder.add(environment);
    }
    builder.finish()
}

/// Most run well; some do not.
fn vary(service: &mut Service, number: usize) {
    match number % 41 {
        7 => stopped(service),
        13 => service.desired.memory_mb += 256,
        19 => never_deployed(service),
        29 => service.status = Status::DeploymentError,
        _ => {}
    }
}
