//! The shop: three environments with the same services of every kind, mostly well.

use crate::lifecycle::note::{Failure, Note};
use crate::lifecycle::{Action, Engine, Scope, Status};
use crate::simulator::{Environment, Millis, Mode, Origin, Service};

use super::Open;
use super::blueprint::{Blueprint, Shape};
use super::builder::{Builder, HOUR, MINUTE, Past, Site};

const fn blueprint(name: &'static str, shape: Shape, resources: (u32, u32), instances: u32) -> Blueprint {
    Blueprint { name, shape, resources, instances }
}

/// The services of the shop.
pub const SERVICES: [Blueprint; 19] = [
    blueprint("orders-db", Shape::ManagedDatabase(Engine::Postgresql), (2000, 4096), 1),
    blueprint("sessions", Shape::ManagedDatabase(Engine::Redis), (500, 1024), 1),
    blueprint("catalog-db", Shape::ContainerDatabase(Engine::Mongodb), (1000, 2048), 1),
    blueprint("migrate-orders", Shape::LifecycleJob { stop: false }, (500, 512), 1),
    blueprint("provision-buckets", Shape::LifecycleJob { stop: true }, (250, 256), 1),
    blueprint("nightly-report", Shape::GitCron, (500, 1024), 1),
    blueprint("expire-carts", Shape::ImageCron("shop/expire-carts"), (250, 256), 1),
    blueprint("image-resizer", Shape::Container("shop/image-resizer"), (500, 1024), 2),
    blueprint("mail-relay", Shape::Container("shop/mail-relay"), (250, 256), 1),
    blueprint("price-feed", Shape::Container("shop/price-feed-nightly"), (250, 512), 1),
    blueprint("storefront", Shape::Application, (1000, 1024), 3),
    blueprint("checkout-api", Shape::Application, (1000, 1024), 3),
    blueprint("catalog-api", Shape::Application, (500, 1024), 2),
    blueprint("orders-api", Shape::Application, (500, 512), 2),
    blueprint("payments", Shape::Application, (500, 512), 2),
    blueprint("notifications", Shape::Application, (250, 256), 1),
    blueprint("admin-panel", Shape::Application, (250, 512), 1),
    blueprint("ingress", Shape::Helm("ingress-controller"), (500, 512), 2),
    blueprint("search", Shape::Helm("search-engine"), (1000, 4096), 1),
];

/// The place of a service in [`SERVICES`].
fn place(name: &str) -> usize {
    SERVICES.iter().position(|blueprint| blueprint.name == name).unwrap_or(0)
}

/// Builds the shop.
pub fn build(seed: u64, now: Millis) -> Open {
    let mut builder = Builder::new("Shop", seed, now);
    let everything = 0..SERVICES.len();

    let mut production = environment(&mut builder, "production", Mode::Production, now - 5 * 24 * HOUR);
    let by = Past::new(Action::Redeploy, Scope::Environment, "Ada Example", Origin::Console, now - 5 * 24 * HOUR);
    builder.past(&mut production, by, everything.clone());
    let by = Past::new(Action::DeployVersion, Scope::Service, "deploy-bot", Origin::CiCd, now - 7 * HOUR);
    builder.past(&mut production, by, [place("checkout-api")]);
    change(&mut production, "payments", |service| service.desired.memory_mb = 768);
    let by = Past::new(Action::Restart, Scope::Service, "Cleo Placeholder", Origin::Cli, now - 3 * HOUR);
    change(&mut production, "mail-relay", |service| service.status = Status::Restarted);
    builder.past(&mut production, by, [place("mail-relay")]);
    builder.add(production);

    let mut staging = environment(&mut builder, "staging", Mode::Staging, now - 26 * HOUR);
    let by = Past::new(Action::Redeploy, Scope::Environment, "deploy-bot", Origin::CiCd, now - 26 * HOUR);
    builder.past(&mut staging, by, everything.clone());
    for name in ["storefront", "image-resizer"] {
        drift(&builder, &mut staging, name);
    }
    change(&mut staging, "notifications", |service| {
        service.status = Status::BuildError;
        service.note = Some(Note::Failed(Failure::Build));
    });
    drift(&builder, &mut staging, "notifications");
    let by = Past::new(Action::DeployVersion, Scope::Service, "Dan Fixture", Origin::Api, now - 40 * MINUTE);
    builder.past(&mut staging, by, [place("notifications")]);
    builder.add(staging);

    let mut development = environment(&mut builder, "development", Mode::Development, now - 3 * 24 * HOUR);
    for name in ["expire-carts", "search", "admin-panel"] {
        change(&mut development, name, never_deployed);
    }
    let by = Past::new(Action::Deploy, Scope::Environment, "Eve Specimen", Origin::Console, now - 3 * 24 * HOUR);
    builder.past(&mut development, by, everything);
    for name in ["image-resizer", "price-feed"] {
        change(&mut development, name, stopped);
    }
    let by = Past::new(Action::Stop, Scope::Subset, "Eve Specimen", Origin::Console, now - 20 * HOUR);
    builder.past(&mut development, by, [place("image-resizer"), place("price-feed")]);
    drift(&builder, &mut development, "catalog-api");
    builder.add(development);
    builder.finish()
}

/// An environment in which all of [`SERVICES`] run since `at`; outside of production with one instance each.
pub fn environment(builder: &mut Builder, name: &str, mode: Mode, at: Millis) -> Environment {
    let mut environment = builder.environment(&Site::new(name, mode.clone()));
    for blueprint in &SERVICES {
        let instances = if mode == Mode::Production { blueprint.instances } else { blueprint.instances.min(2) };
        let service = builder.service(&environment, &Blueprint { instances, ..*blueprint }, at);
        environment.services.push(service);
    }
    environment
}

/// Changes the service of that name.
pub fn change(environment: &mut Environment, name: &str, change: impl FnOnce(&mut Service)) {
    if let Some(service) = environment.services.iter_mut().find(|service| &*service.name == name) {
        change(service);
    }
}

/// Sets the newest version, which is not deployed yet.
pub fn drift(builder: &Builder, environment: &mut Environment, name: &str) {
    change(environment, name, |service| service.desired.version = builder.version_of(service, 0));
}

/// Takes back that it ever was deployed.
pub fn never_deployed(service: &mut Service) {
    service.status = Status::Ready;
    service.running = None;
    service.up = false;
    service.pods.clear();
    service.images.clear();
}

/// Takes its pods away.
pub fn stopped(service: &mut Service) {
    service.status = Status::Stopped;
    service.up = false;
    service.pods.clear();
}
