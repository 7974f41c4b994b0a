//! The reading calls that a page begins with: the lists.

use serde_json::{Value, json};

use crate::api::{Endpoint, Response, Results};
use crate::simulator::Environment;

use super::answer;
use super::catalog::{self, Catalog, Fields};
use super::place::{Laid, overlay};
use super::{Backend, service};

/// The project's organization and itself.
pub fn project(backend: &Backend, endpoint: Endpoint) -> Response {
    let fields = match endpoint {
        Endpoint::Organizations => &backend.catalog.organization,
        _ => &backend.catalog.project,
    };
    answer::json(200, &json!({ "results": [fields] }))
}

/// The environments of the project.
pub fn environments(backend: &Backend) -> Response {
    listed(backend.world.environments.iter().map(|environment| whole(&backend.catalog, environment)))
}

/// The services of an environment.
pub fn services(backend: &Backend, environment: &Environment) -> Response {
    listed(environment.services.iter().map(|service| service::whole(&backend.catalog, environment.id, service)))
}

/// The stages of an environment.
pub fn staged(backend: &Backend, environment: &Environment) -> Response {
    listed(stages(&backend.catalog, environment).into_iter())
}

/// A list, as all lists come.
pub fn listed<T: serde::Serialize>(list: impl Iterator<Item = T>) -> Response {
    answer::json(200, &Results { results: list.collect::<Vec<T>>() })
}

/// An environment as configured.
pub fn whole(catalog: &Catalog, environment: &Environment) -> Laid {
    let base = catalog.environments.get(&environment.id).map(|known| known.fields.clone());
    Laid { base, top: environment_ours(environment) }
}

/// What this program writes of an environment.
pub fn environment_ours(environment: &Environment) -> Fields {
    catalog::object(vec![
        ("id".to_owned(), environment.id.to_string().into()),
        ("name".to_owned(), environment.name.to_string().into()),
    ])
}

/// The stages of an environment, with the services in each.
pub fn stages(catalog: &Catalog, environment: &Environment) -> Vec<Value> {
    let stage = |(place, stage): (usize, &crate::simulator::Stage)| {
        let services = environment.services.iter().filter(|service| service.stage == stage.id);
        let mut whole = catalog.stages.get(&stage.id).map(|fields| (**fields).clone()).unwrap_or_default();
        // What a file says of a service's place in its stage beside our two fields is kept under the service's id.
        let kept = match whole.remove("services") {
            Some(Value::Object(kept)) => kept,
            Some(_) | None => Fields::new(),
        };
        let member = |service: &crate::simulator::Service| {
            let id = service.id.to_string();
            let mut member = kept.get(&id).and_then(Value::as_object).cloned().unwrap_or_default();
            member.insert("service_type".to_owned(), catalog.service_type(service.id).into());
            let created = || catalog.service(service.id).get("created_at").cloned().unwrap_or_default();
            member.entry("created_at").or_insert_with(created);
            member.entry("id").or_insert_with(|| id.clone().into());
            member.insert("service_id".to_owned(), id.into());
            Value::Object(member)
        };
        let services: Vec<Value> = services.map(member).collect();
        overlay(&mut whole, stage_ours(environment, place, stage));
        whole.insert("services".to_owned(), services.into());
        Value::Object(whole)
    };
    environment.stages.iter().enumerate().map(stage).collect()
}

/// What this program writes of a stage, its services aside.
pub fn stage_ours(environment: &Environment, place: usize, stage: &crate::simulator::Stage) -> Fields {
    catalog::object(vec![
        ("id".to_owned(), stage.id.to_string().into()),
        ("name".to_owned(), stage.name.to_string().into()),
        ("deployment_order".to_owned(), (place + 1).into()),
        ("environment".to_owned(), json!({ "id": environment.id.to_string() })),
    ])
}
