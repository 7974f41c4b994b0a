//! Everything that can be wrong, at once.

use crate::lifecycle::note::{Failure, Note};
use crate::lifecycle::{Action, Engine, Provider, Scope, Status};
use crate::simulator::{Actor, Environment, Millis, Mode, Order, Origin, PodPhase, Service, Target};

use super::Open;
use super::blueprint::{Blueprint, Shape};
use super::builder::{Builder, HOUR, MINUTE, Past, Site};
use super::shop::{change, drift, never_deployed, stopped};

const fn app(name: &'static str, instances: u32) -> Blueprint {
    Blueprint { name, shape: Shape::Application, resources: (500, 512), instances }
}

const fn other(name: &'static str, shape: Shape) -> Blueprint {
    Blueprint { name, shape, resources: (500, 512), instances: 2 }
}

/// One service for each thing that can be wrong, and is called so.
const SERVICES: [Blueprint; 18] = [
    other("database", Shape::ContainerDatabase(Engine::Postgresql)),
    other("cache", Shape::ManagedDatabase(Engine::Redis)),
    other("migrate", Shape::LifecycleJob { stop: false }),
    other("cleanup", Shape::LifecycleJob { stop: true }),
    other("report", Shape::ImageCron("trouble/report")),
    other("stop-error", Shape::Container("trouble/stop-error")),
    other("restart-error", Shape::Container("trouble/restart-error")),
    other("stopped", Shape::Container("trouble/stopped")),
    app("healthy", 2),
    app("build-error", 2),
    app("deployment-error", 3),
    app("first-deployment-failed", 2),
    app("canceled", 2),
    app("canceled-first", 1),
    app("crashing", 3),
    app("drifted", 2),
    app("never-deployed", 1),
    app("not-getting-ready", 3),
];

/// The smaller environments beside it.
const SMALL: [Blueprint; 4] = [
    other("database", Shape::ManagedDatabase(Engine::Postgresql)),
    other("long-job", Shape::LifecycleJob { stop: false }),
    app("api", 2),
    other("chart", Shape::Helm("ingress-controller")),
];

/// Builds the trouble.
pub fn build(seed: u64, now: Millis) -> Open {
    let mut builder = Builder::new("Trouble", seed, now);
    let mut broken = environment(&mut builder, Site::new("broken", Mode::Production), &SERVICES, now - 9 * HOUR);
    let by = Past::new(Action::Redeploy, Scope::Environment, "Ada Example", Origin::Console, now - 9 * HOUR);
    builder.past(&mut broken, by, 0..SERVICES.len());
    break_things(&builder, &mut broken);
    let wrong = SERVICES.iter().enumerate().filter(|(_, blueprint)| blueprint.name != "healthy");
    let wrong: Vec<usize> = wrong.map(|(place, _)| place).collect();
    let by = |action, at| Past::new(action, Scope::Service, "Ben Sample", Origin::Cli, now - at);
    for place in wrong {
        let name = SERVICES.get(place).map_or("", |blueprint| blueprint.name);
        let action = match name {
            "stop-error" | "stopped" => Action::Stop,
            "restart-error" => Action::Restart,
            "build-error" | "deployment-error" | "canceled" => Action::DeployVersion,
            "first-deployment-failed" | "canceled-first" => Action::Deploy,
            _ => continue,
        };
        builder.past(&mut broken, by(action, (30 + 7 * place as Millis) * MINUTE), [place]);
    }
    broken.history.sort_by_key(|record| record.started_at);
    let stuck = broken.services.last().map(|service| (broken.id, service.id));
    let newest = broken.services.last().and_then(|service| builder.version_of(service, 0));
    builder.add(broken);

    let busy = Site { provider: Provider::Gcp, region: "europe-west9", ..Site::new("busy", Mode::Staging) };
    let mut busy = environment(&mut builder, busy, &SMALL, now - 30 * HOUR);
    let by = Past::new(Action::Deploy, Scope::Environment, "deploy-bot", Origin::CiCd, now - 30 * HOUR);
    builder.past(&mut busy, by, 0..SMALL.len());
    for service in &mut busy.services {
        service.desired.variables = 1;
    }
    let busy_id = busy.id;
    builder.add(busy);

    let mut fresh = environment(&mut builder, Site::new("fresh", Mode::Preview), &SMALL, now);
    for service in &mut fresh.services {
        never_deployed(service);
    }
    builder.add(fresh);
    let sandbox = builder.environment(&Site::new("sandbox", Mode::Development));
    builder.add(sandbox);

    let (mut world, catalog) = builder.finish();
    if let Some(((environment, service), version)) = stuck.zip(newest) {
        let mut faults = world.faults.clone();
        faults.readiness_never_ok = Target::one(service);
        world.set_faults(faults);
        // Refused only if the rule changes; the scenario is then merely calmer.
        drop(world.request(environment, Order::version(service, version), Actor::console("Cleo Placeholder")));
    }
    drop(world.request(busy_id, Order::environment(Action::Redeploy), Actor::console("Dan Fixture")));
    (world, catalog)
}

fn environment(builder: &mut Builder, site: Site, blueprints: &[Blueprint], at: Millis) -> Environment {
    let mut environment = builder.environment(&site);
    for blueprint in blueprints {
        let service = builder.service(&environment, blueprint, at);
        environment.services.push(service);
    }
    environment
}

fn failed(status: Status, failure: Failure) -> impl FnOnce(&mut Service) {
    move |service| {
        service.status = status;
        service.note = Some(Note::Failed(failure));
    }
}

fn break_things(builder: &Builder, broken: &mut Environment) {
    for name in ["build-error", "deployment-error", "canceled", "drifted"] {
        drift(builder, broken, name);
    }
    change(broken, "build-error", failed(Status::BuildError, Failure::Build));
    change(broken, "deployment-error", failed(Status::DeploymentError, Failure::Readiness));
    change(broken, "stop-error", failed(Status::StopError, Failure::Stop));
    change(broken, "restart-error", failed(Status::RestartError, Failure::Restart));
    change(broken, "stopped", stopped);
    change(broken, "never-deployed", |service| {
        never_deployed(service);
        service.last = None;
    });
    change(broken, "canceled", |service| {
        service.status = Status::Canceled;
        service.note = Some(Note::RolledBack);
    });
    change(broken, "canceled-first", |service| {
        never_deployed(service);
        service.status = Status::Canceled;
        service.note = Some(Note::RolledBackToNothing);
    });
    change(broken, "first-deployment-failed", |service| {
        service.status = Status::DeploymentError;
        service.note = Some(Note::Failed(Failure::Readiness));
        service.running = None;
        for pod in &mut service.pods {
            pod.phase = PodPhase::Error;
        }
    });
    change(broken, "crashing", |service| {
        for pod in service.pods.iter_mut().take(1) {
            pod.phase = PodPhase::Error;
            pod.restarts = 17;
        }
    });
}
