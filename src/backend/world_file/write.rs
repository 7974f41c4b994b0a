//! Writing the world file.

use serde_json::{Value, json};

use super::stored::Stored;
use super::{FORMAT, state};
use crate::api::Response;
use crate::backend::answer;
use crate::backend::catalog::{Catalog, Fields, Place};
use crate::backend::fault;
use crate::backend::status::{View, object};
use crate::backend::{read, service};
use crate::simulator::{Environment, World};

/// The open world as a world file. Same state, same bytes.
pub fn write(world: &World, catalog: &Catalog, origin: &str) -> Response {
    let file_name = format!("attachment; filename=\"{origin}.world.json\"");
    answer::json(200, &document(world, catalog, origin)).with_header("Content-Disposition", file_name)
}

fn document(world: &World, catalog: &Catalog, origin: &str) -> Value {
    let mut file = catalog.extra.clone();
    let mut put = |key: &str, value: Value| drop(file.insert(key.to_owned(), value));
    let each = |what: &dyn Fn(&Environment) -> Value| -> Value {
        let all = world.environments.iter().map(|environment| (environment.id.to_string(), what(environment)));
        Value::Object(all.collect())
    };
    put("organization", Value::Object(catalog.organization.clone()));
    put("project", Value::Object(catalog.project.clone()));
    put("environments", world.environments.iter().map(|one| read::environment_json(catalog, one)).collect());
    put("stages", each(&|environment| read::stages(catalog, environment).into()));
    put("statuses", each(&|environment| Value::Object(View::new(catalog, environment).statuses())));
    let services = |environment: &Environment| {
        environment.services.iter().map(|one| service::json(catalog, environment.id, one)).collect()
    };
    put("services", each(&services));
    let (mut commits, mut tags, mut charts) = (Fields::new(), Fields::new(), Fields::new());
    for (id, listed) in &catalog.versions {
        let list = match Place::of(catalog.service(*id)) {
            Place::Container | Place::ImageJob => &mut tags,
            Place::Chart => &mut charts,
            Place::Application | Place::GitJob | Place::GitChart | Place::Database | Place::Unknown => &mut commits,
        };
        list.insert(id.to_string(), listed.clone());
    }
    put("commits", Value::Object(commits));
    put("tags", Value::Object(tags));
    put("charts", Value::Object(charts));
    put("x", x(world, catalog, origin));
    Value::Object(file)
}

fn x(world: &World, catalog: &Catalog, origin: &str) -> Value {
    let environment = |environment: &Environment| {
        let state = json!({
            "namespace": environment.namespace.store(),
            "running": environment.running.store(),
            "queue": environment.queue.store(),
            "history": environment.history.store(),
        });
        (environment.id.to_string(), state)
    };
    let services = world.environments.iter().flat_map(|environment| &environment.services);
    let services = services.map(|service| (service.id.to_string(), state::store_service(service)));
    json!({
        "format": FORMAT,
        "name": origin,
        "seed": world.seed.store(),
        "now": world.now,
        "born": catalog.born,
        "generated": catalog.generated,
        "requests": world.requests.store(),
        "settings": world.settings.store(),
        "faults": object(&fault::body(&world.faults)),
        "agenda": world.agenda.planned().store(),
        "environments": Value::Object(world.environments.iter().map(environment).collect()),
        "services": Value::Object(services.collect()),
    })
}
