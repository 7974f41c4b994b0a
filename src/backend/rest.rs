//! What only who acts, or looks closer, asks for: everything but the lists and how they are doing.
//!
//! A value, so that a page can begin without: it is the larger half of the backend, and nobody needs it for a glance.

use std::fmt;

use super::answer::{Problem, json};
use super::{Backend, act, body, detail, environment_id, fault, live, place, scenario, world_file};
use crate::api::scenario::Capabilities;
use crate::api::{Endpoint, Request, Response};
use crate::lifecycle::{RequestId, Source};
use crate::simulator::Millis;

/// The way to it.
#[derive(Clone, Copy)]
pub struct Rest(pub(super) Answer);

type Answer = fn(&mut Backend, Endpoint, &[String], &Request, Millis) -> Result<Response, Problem>;

/// All of it.
pub const REST: Rest = Rest(answer);

impl fmt::Debug for Rest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Rest")
    }
}

fn answer(
    backend: &mut Backend,
    endpoint: Endpoint,
    parameters: &[String],
    request: &Request,
    now: Millis,
) -> Result<Response, Problem> {
    let parameter = |place: usize| parameters.get(place).map_or("", String::as_str);
    match endpoint {
        // Answered before anybody comes here.
        Endpoint::Organizations
        | Endpoint::Projects
        | Endpoint::Environments
        | Endpoint::Services
        | Endpoint::Stages
        | Endpoint::ProjectLive
        | Endpoint::EnvironmentLive => Err(Problem::Path),
        Endpoint::Images | Endpoint::Charts => {
            backend.is_known("organization", &backend.catalog.organization, parameter(0))?;
            let (name, source) = match endpoint {
                Endpoint::Charts => ("chartName", Source::Chart),
                _ => ("imageName", Source::Image),
            };
            detail::artefacts(backend, parameter(1), request.parameter(name), source)
        }
        Endpoint::EnvironmentsOverview | Endpoint::EnvironmentsStatus => {
            backend.is_known("project", &backend.catalog.project, parameter(0))?;
            Ok(detail::environments(backend, endpoint))
        }
        Endpoint::Environment
        | Endpoint::EnvironmentStatus
        | Endpoint::Statuses
        | Endpoint::StatusesWithStages
        | Endpoint::History
        | Endpoint::Deployments
        | Endpoint::Queue
        | Endpoint::Logs => detail::environment(backend, endpoint, environment_id(parameter(0))?, request),
        Endpoint::DeployEnvironment
        | Endpoint::RedeployEnvironment
        | Endpoint::StopEnvironment
        | Endpoint::CancelEnvironment => act::on_environment(backend, endpoint, environment_id(parameter(0))?, request),
        Endpoint::DeploySubset | Endpoint::RestartSubset | Endpoint::StopSubset => {
            act::on_subset(backend, endpoint, environment_id(parameter(0))?, request)
        }
        Endpoint::TakeBack => act::take_back(backend, parameter(0), request),
        Endpoint::Service | Endpoint::ServiceStatus | Endpoint::Commits => {
            detail::service(backend, endpoint, backend.service_id(parameter(0), parameter(1))?)
        }
        Endpoint::Configure => act::configure(backend, backend.service_id(parameter(0), parameter(1))?, request),
        Endpoint::DeployService | Endpoint::RedeployService | Endpoint::StopService | Endpoint::RestartService => {
            act::on_service(backend, endpoint, backend.service_id(parameter(0), parameter(1))?, request)
        }
        Endpoint::Capabilities => {
            let version = env!("CARGO_PKG_VERSION").to_owned();
            Ok(json(200, &Capabilities { name: "playhead".to_owned(), version, demo: true }))
        }
        Endpoint::Outcome => {
            let missing = || Problem::forgotten("request", parameter(0));
            let id: RequestId = parameter(0).parse().map_err(|_| missing())?;
            let found = |environment: &_| live::outcome(&backend.world, environment, id);
            backend.world.environments.iter().find_map(found).map(|body| json(200, &body)).ok_or_else(missing)
        }
        Endpoint::Faults => Ok(json(200, &fault::body(&backend.world.faults))),
        Endpoint::SetFaults => fault::set(&mut backend.world, request),
        Endpoint::Scenarios => Ok(json(200, &scenario::list(&backend.origin, backend.world.seed))),
        Endpoint::Reset => reset(backend, request, now),
        Endpoint::ExportWorld => Ok(world_file::write(&backend.world, &backend.catalog, &backend.origin)),
        Endpoint::ImportWorld => {
            let (world, catalog, origin) = world_file::read(&request.body, now)?;
            backend.open(world, catalog, origin, now);
            Ok(json(200, &scenario::list(&backend.origin, backend.world.seed)))
        }
    }
}

fn reset(backend: &mut Backend, request: &Request, now: Millis) -> Result<Response, Problem> {
    let document = body::document(&request.body)?;
    let at = place::At::root(&document);
    let (name, seed) = (at.key("name"), at.key("seed"));
    let text = name.text()?;
    if !scenario::NAMES.contains(&text) {
        return Err(name.wrong(format!("one of {} is expected, not {text:?}", scenario::NAMES.join(", "))).into());
    }
    let seed = match seed.value {
        serde_json::Value::Null => 0,
        value => value.as_u64().ok_or_else(|| seed.expected("a whole number"))?,
    };
    let (name, (world, catalog)) = scenario::build(text, seed, now);
    backend.open(world, catalog, name.to_owned(), now);
    Ok(json(200, &scenario::list(&backend.origin, backend.world.seed)))
}
