//! The reading calls of who looks closer: statuses in the contract's words, history, queue, logs, one service, versions.

use serde_json::{Value, json};

use crate::api::history::History;
use crate::api::{Endpoint, Request, Response};
use crate::lifecycle::{EnvironmentId, RequestId, ServiceId, Source};
use crate::simulator::Environment;

use super::answer::{self, Problem};
use super::history::{Requests, Words};
use super::read::{listed, whole};
use super::status::View;
use super::{Backend, service as services, tags};

/// How many deployments a page of the history holds, if not told.
const PAGE: usize = 20;
/// How many commits a list holds at most (API contract).
const COMMITS: usize = 100;

/// How all environments of the project are doing.
pub fn environments(backend: &Backend, endpoint: Endpoint) -> Response {
    let all = backend.world.environments.iter();
    match endpoint {
        Endpoint::EnvironmentsOverview => listed(all.map(|environment| overview(backend, environment))),
        _ => listed(all.map(|environment| View::new(&backend.catalog, environment).environment())),
    }
}

fn overview(backend: &Backend, environment: &Environment) -> Value {
    let known = backend.catalog.environments.get(&environment.id).map(|known| &known.fields);
    let told = |key: &str| known.and_then(|fields| fields.get(key));
    json!({
        "id": environment.id.to_string(),
        "created_at": told("created_at"),
        "updated_at": told("updated_at").or(told("created_at")),
        "name": &*environment.name,
        "mode": told("mode"),
        "cluster": {
            "id": told("cluster_id"),
            "name": told("cluster_name"),
            "cloud_provider": environment.provider.name(),
            "is_demo": true,
        },
        "services_overview": { "service_count": environment.services.len(), "managed_by": "QOVERY" },
        "deployment_status": View::new(&backend.catalog, environment).environment(),
    })
}

/// Reads about one environment.
pub fn environment(
    backend: &Backend,
    endpoint: Endpoint,
    id: EnvironmentId,
    request: &Request,
) -> Result<Response, Problem> {
    let known = backend.environment(id)?;
    let view = || View::new(&backend.catalog, known);
    let words = if endpoint == Endpoint::Deployments { Words::Ours } else { Words::Contract };
    let requests = Requests { world: &backend.world, catalog: &backend.catalog, environment: known, words };
    Ok(match endpoint {
        Endpoint::EnvironmentStatus => answer::json(200, &view().environment()),
        Endpoint::Statuses => answer::json(200, &view().statuses()),
        Endpoint::StatusesWithStages => answer::json(200, &view().by_stage()),
        Endpoint::History | Endpoint::Deployments => {
            let size = request.parameter("pageSize").and_then(|size| size.parse().ok()).unwrap_or(PAGE);
            let page_size = u32::try_from(size).unwrap_or(u32::MAX);
            answer::json(200, &History { page: 1, page_size, results: requests.history(size) })
        }
        Endpoint::Queue => listed(requests.queue().into_iter()),
        Endpoint::Logs => {
            let version = request.parameter("version");
            let missing = || Problem::forgotten("deployment", version.unwrap_or("?"));
            let wanted: Option<RequestId> = version.map(str::parse).transpose().map_err(|_| missing())?;
            // The one list of the contract that comes bare.
            answer::json(200, &requests.logs(wanted).ok_or_else(missing)?)
        }
        _ => answer::json(200, &whole(&backend.catalog, known)),
    })
}

/// Reads about one service.
pub fn service(backend: &Backend, endpoint: Endpoint, id: ServiceId) -> Result<Response, Problem> {
    let (environment, known) = backend.service(id)?;
    match endpoint {
        Endpoint::ServiceStatus => Ok(answer::json(200, &View::new(&backend.catalog, environment).service(known))),
        Endpoint::Commits if known.source != Source::Git => Err(Problem::missing("git repository of the service", id)),
        Endpoint::Commits => {
            let mut commits = backend.catalog.commits(&backend.world, known);
            if let Value::Array(list) = &mut commits {
                list.truncate(COMMITS);
            }
            Ok(answer::json(200, &json!({ "results": commits })))
        }
        _ => Ok(answer::json(200, &services::whole(&backend.catalog, environment.id, known))),
    }
}

/// The tags of an image, or the versions of a chart: `registry` is the id of where it is, `name` the one asked for.
pub fn artefacts(backend: &Backend, registry: &str, name: Option<&str>, source: Source) -> Result<Response, Problem> {
    let key = if source == Source::Chart { "chart_name" } else { "image_name" };
    let mut seen: Vec<&str> = Vec::new();
    let (mut list, mut found) = (Vec::new(), false);
    let services = backend.world.environments.iter().flat_map(|environment| &environment.services);
    for service in services.filter(|service| service.source == source) {
        let Some((artefact, held)) = backend.catalog.artefact(service.id) else { continue };
        found = found || held == registry;
        if held != registry || name.is_some_and(|name| name != artefact) || seen.contains(&artefact) {
            continue;
        }
        seen.push(artefact);
        match backend.catalog.listed(service) {
            Some(Value::Array(listed)) => list.extend(listed.iter().cloned()),
            Some(_) => {}
            None if backend.catalog.generated => {
                let (seed, born) = (backend.world.seed, backend.catalog.born);
                let versions = match source {
                    Source::Chart => tags::charts(seed, artefact),
                    _ => tags::tags(seed, artefact, born),
                };
                list.push(json!({ key: artefact, "versions": versions }));
            }
            None => {}
        }
    }
    if !found {
        return Err(Problem::missing("registry with an image or chart of this project", registry));
    }
    Ok(listed(list.into_iter()))
}
