//! The action calls: what a path and a body mean in the law's words (law §8), asked of the world.

use std::collections::HashSet;

use serde_json::Value;

use crate::api::http::{ACTOR, ORIGIN, REQUEST};
use crate::api::{Endpoint, Request, Response};
use crate::lifecycle::{Action, EnvironmentId, RequestId, Scope, ServiceId, Status};
use crate::simulator::{Actor, Environment, Order, Origin, Service, Version};

use super::answer::{Problem, accepted, json};
use super::place::At;
use super::status::View;
use super::{Backend, body, service};

/// Who asks, and from where: as the headers say.
pub fn actor(request: &Request) -> Actor {
    let origin = request.header(ORIGIN).filter(|origin| !origin.is_empty()).unwrap_or("CONSOLE");
    let name = request.header(ACTOR).filter(|name| !name.is_empty()).unwrap_or("you");
    Actor { name: name.into(), origin: Origin::from_name(origin) }
}

/// An action on a whole environment.
pub fn on_environment(
    backend: &mut Backend,
    endpoint: Endpoint,
    id: EnvironmentId,
    request: &Request,
) -> Result<Response, Problem> {
    let environment = backend.environment(id)?;
    let document = body::document(&request.body)?;
    let at = At::root(&document);
    body::optional(&at)?;
    let order = match endpoint {
        Endpoint::StopEnvironment => Order::environment(Action::Stop),
        Endpoint::RedeployEnvironment => Order::environment(Action::Redeploy),
        Endpoint::CancelEnvironment => {
            let force = at.key("force_cancel").flag()?;
            meant(environment, request)?;
            Order { force, ..Order::environment(Action::Cancel) }
        }
        // Official clients say `deploy` for both: it is Redeploy once a service was deployed (law §8).
        _ if environment.facts().ever_deployed => Order::environment(Action::Redeploy),
        _ => Order::environment(Action::Deploy),
    };
    ask(backend, id, order, request, 202)
}

/// Whether what runs is what a cancel names, where it names a request.
fn meant(environment: &Environment, request: &Request) -> Result<(), Problem> {
    let Some(named) = request.header(REQUEST) else { return Ok(()) };
    let runs = environment.running.as_ref().map(|running| running.record.id);
    match named.parse::<RequestId>().is_ok_and(|named| runs == Some(named)) {
        true => Ok(()),
        false => {
            Err(Problem::Refused(format!("Request {named} does not run in this environment. Nothing was canceled.")))
        }
    }
}

/// The lists of a body that name services, with the type of each and the key of the id (none: the item is the id).
const DEPLOYED: [(&str, &str, Option<&str>); 5] = [
    ("applications", "APPLICATION", Some("application_id")),
    ("containers", "CONTAINER", Some("id")),
    ("jobs", "JOB", Some("id")),
    ("helms", "HELM", Some("id")),
    ("databases", "DATABASE", None),
];
const STOPPED: [(&str, &str, Option<&str>); 5] = [
    ("application_ids", "APPLICATION", None),
    ("container_ids", "CONTAINER", None),
    ("database_ids", "DATABASE", None),
    ("job_ids", "JOB", None),
    ("helm_ids", "HELM", None),
];

type Items = Vec<(ServiceId, Option<Version>)>;

fn items(
    backend: &Backend,
    environment: EnvironmentId,
    lists: &[(&str, &str, Option<&str>)],
    at: &At<'_>,
) -> Result<Items, Problem> {
    at.object()?;
    let (world, catalog) = (&backend.world, &backend.catalog);
    let (mut before, mut items) = (HashSet::new(), Items::new());
    for (list, service_type, key) in lists {
        let mut problem = None;
        at.key(list).each(|item| {
            let id = match key {
                Some(key) => &item.key(key),
                None => item,
            };
            match body::named(world, catalog, environment, service_type, id, &mut before) {
                Ok(service) => items.push((service.id, body::version(world, catalog, service, item)?)),
                // Only the first is told; the reader goes on through the list.
                Err(other) => problem = problem.take().or(Some(other)),
            }
            Ok(())
        })?;
        if let Some(problem) = problem {
            return Err(problem);
        }
    }
    if items.is_empty() {
        return Err(at.wrong("at least one service is to be named").into());
    }
    Ok(items)
}

/// An action on some services of an environment.
pub fn on_subset(
    backend: &mut Backend,
    endpoint: Endpoint,
    id: EnvironmentId,
    request: &Request,
) -> Result<Response, Problem> {
    backend.environment(id)?;
    let document = body::document(&request.body)?;
    let at = At::root(&document);
    let subset = |action, items| Order { action, scope: Scope::Subset, items, force: false };
    match endpoint {
        Endpoint::StopSubset => {
            let order = subset(Action::Stop, items(backend, id, &STOPPED, &at)?);
            ask(backend, id, order, request, 200)
        }
        Endpoint::RestartSubset => {
            // The contract restarts the first three types only.
            let order = subset(Action::Restart, items(backend, id, STOPPED.get(..3).unwrap_or(&STOPPED), &at)?);
            ask(backend, id, order, request, 202)
        }
        _ => {
            let order = deploy_order(backend, items(backend, id, &DEPLOYED, &at)?);
            ask(backend, id, order, request, 202)
        }
    }
}

/// What a body of `service/deploy` means (law §4, §8), decided here and nowhere else:
///
/// - every item names the newest commit of a git service: Deploy latest version, which is the environment's;
/// - it names one service, in another version: Deploy other version of that service;
/// - else a selection: each item that names a version is judged as Deploy other version, the others get Deploy or
///   Redeploy, whichever their status allows.
fn deploy_order(backend: &Backend, items: Items) -> Order {
    let newest = |(id, version): &(ServiceId, Option<Version>)| {
        let named = backend.world.service(*id).zip(version.as_ref());
        named.is_some_and(|(service, version)| backend.catalog.is_newest(&backend.world, service, &version.0))
    };
    if items.iter().all(newest) {
        return Order { action: Action::DeployLatest, scope: Scope::Environment, items, force: false };
    }
    match items.as_slice() {
        [(id, Some(version))] => Order::version(*id, version.clone()),
        _ => Order { action: Action::Deploy, scope: Scope::Subset, items, force: false },
    }
}

/// An action on one service.
pub fn on_service(
    backend: &mut Backend,
    endpoint: Endpoint,
    id: ServiceId,
    request: &Request,
) -> Result<Response, Problem> {
    let (environment, service) = backend.service(id)?;
    let environment = environment.id;
    let document = body::document(&request.body)?;
    let at = At::root(&document);
    body::optional(&at)?;
    let order = match endpoint {
        Endpoint::RedeployService => Order::service(Action::Redeploy, id),
        Endpoint::StopService => Order::service(Action::Stop, id),
        Endpoint::RestartService => Order::service(Action::Restart, id),
        _ => match body::version(&backend.world, &backend.catalog, service, &at)? {
            Some(version) => Order::version(id, version),
            None => Order::service(plain_deploy(service), id),
        },
    };
    ask(backend, environment, order, request, 202)
}

/// `deploy` without a version is Deploy if the service was never deployed, else Redeploy (law §8).
fn plain_deploy(service: &Service) -> Action {
    if service.status.ever_deployed() && service.status != Status::Deleted { Action::Redeploy } else { Action::Deploy }
}

/// Takes a waiting request back.
pub fn take_back(backend: &mut Backend, id: &str, request: &Request) -> Result<Response, Problem> {
    let missing = || Problem::missing("request", id);
    let known: RequestId = id.parse().map_err(|_| missing())?;
    backend.world.environments.iter().find(|environment| environment.record(known).is_some()).ok_or_else(missing)?;
    let document = body::document(&request.body)?;
    body::optional(&At::root(&document))?;
    let taken = backend.world.take_back(known, actor(request));
    taken.map_err(|rejected| Problem::rejected(rejected, &backend.world))?;
    Ok(json(202, &Value::Object(serde_json::Map::new())))
}

/// Replaces the desired configuration of a service. What else the body carries is not modelled here, and stays.
pub fn configure(backend: &mut Backend, id: ServiceId, request: &Request) -> Result<Response, Problem> {
    let (_, known) = backend.service(id)?;
    let document = body::document(&request.body)?;
    let wanted = body::configuration(&backend.world, &backend.catalog, known, &At::root(&document))?;
    let set = backend.world.configure(id, wanted);
    set.map_err(|rejected| Problem::rejected(rejected, &backend.world))?;
    let (environment, known) = backend.service(id)?;
    Ok(json(200, &service::whole(&backend.catalog, environment.id, known)))
}

/// Asks the world, and answers with the status of what was asked of.
fn ask(
    backend: &mut Backend,
    id: EnvironmentId,
    order: Order,
    request: &Request,
    status: u16,
) -> Result<Response, Problem> {
    let only = match (order.scope, order.items.as_slice()) {
        (Scope::Service, [(service, _)]) => Some(*service),
        _ => None,
    };
    let asked = backend.world.request(id, order, actor(request));
    let answer = asked.map_err(|rejected| Problem::rejected(rejected, &backend.world))?;
    let environment: &Environment = backend.environment(id)?;
    let view = View::new(&backend.catalog, environment);
    let body = match only.and_then(|service| backend.world.service(service)) {
        Some(service) => view.service(service),
        None => view.asked(),
    };
    Ok(accepted(json(status, &body), &answer))
}
