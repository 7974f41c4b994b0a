//! Writing the world file, entity by entity: there is never more of it in memory than its bytes.

use std::fmt::Display;

use serde::Serialize;
use serde_json::Value;

use super::stored::Stored;
use super::{FORMAT, state};
use crate::api::Response;
use crate::backend::catalog::{Catalog, Fields};
use crate::backend::status::View;
use crate::backend::{fault, read, service};
use crate::simulator::{Environment, World};

/// The open world as a world file. Same state, same bytes.
pub fn write(world: &World, catalog: &Catalog, origin: &str) -> Response {
    let mut file = Writer::default();
    file.object(|file| {
        catalog.extra.iter().for_each(|(key, value)| file.entry(key, value));
        contract(world, catalog, file);
        file.key("x");
        file.object(|file| x(world, catalog, origin, file));
    });
    let mut response = Response::new(200)
        .with_header("Content-Type", "application/json")
        .with_header("Content-Disposition", format!("attachment; filename=\"{origin}.world.json\""));
    response.body = file.0;
    response
}

/// What the contract's reading calls return.
fn contract(world: &World, catalog: &Catalog, file: &mut Writer) {
    file.entry("organization", &catalog.organization);
    file.entry("project", &catalog.project);
    let all = &world.environments;
    file.entry("environments", &all.iter().map(|one| read::whole(catalog, one)).collect::<Vec<_>>());
    file.key("stages");
    file.object(|file| all.iter().for_each(|one| file.entry(one.id, &read::stages(catalog, one))));
    file.key("statuses");
    file.object(|file| all.iter().for_each(|one| file.entry(one.id, &View::new(catalog, one).statuses())));
    file.key("services");
    let services = |one: &Environment| -> Vec<_> {
        one.services.iter().map(|service| service::whole(catalog, one.id, service)).collect()
    };
    file.object(|file| all.iter().for_each(|one| file.entry(one.id, &services(one))));
    for part in ["commits", "tags", "charts"] {
        // In the order of the ids, so that the same world is written the same.
        let mut lists = Fields::new();
        for (id, versions) in &catalog.versions {
            for (_, listed) in versions.iter().filter(|(of, _)| *of == part) {
                lists.insert(id.to_string(), listed.clone());
            }
        }
        file.entry(part, &lists);
    }
}

/// What they do not carry.
fn x(world: &World, catalog: &Catalog, origin: &str, file: &mut Writer) {
    file.entry("format", &FORMAT);
    file.entry("name", origin);
    file.entry("seed", &world.seed.store());
    file.entry("now", &world.now);
    file.entry("born", &catalog.born);
    file.entry("generated", &catalog.generated);
    file.entry("requests", &world.requests.store());
    file.entry("settings", &world.settings.store());
    file.entry("faults", &fault::body(&world.faults));
    file.entry("agenda", &world.agenda.planned().store());
    file.key("environments");
    file.object(|file| {
        for environment in &world.environments {
            file.key(environment.id);
            file.object(|file| {
                file.entry("namespace", &*environment.namespace);
                file.state("running", &environment.running);
                file.state("queue", &environment.queue);
                file.state("history", &environment.history);
            });
        }
    });
    file.key("services");
    let services = || world.environments.iter().flat_map(|environment| &environment.services);
    file.object(|file| services().for_each(|service| file.entry(service.id, &state::store_service(service))));
}

/// JSON being written.
#[derive(Default)]
struct Writer(Vec<u8>);

impl Writer {
    fn object(&mut self, entries: impl FnOnce(&mut Writer)) {
        self.0.push(b'{');
        entries(self);
        self.0.push(b'}');
    }

    fn key(&mut self, key: impl Display) {
        if self.0.last() != Some(&b'{') {
            self.0.push(b',');
        }
        self.value(&key.to_string());
        self.0.push(b':');
    }

    fn entry(&mut self, key: impl Display, value: &(impl Serialize + ?Sized)) {
        self.key(key);
        self.value(value);
    }

    fn state(&mut self, key: &str, state: &impl Stored) {
        if !state.is_nothing() {
            self.entry(key, &state.store());
        }
    }

    fn value(&mut self, value: &(impl Serialize + ?Sized)) {
        let before = self.0.len();
        // Writing to memory does not fail, and no map here has keys that are no texts.
        if serde_json::to_writer(&mut self.0, value).is_err() {
            self.0.truncate(before);
            self.value(&Value::Null);
        }
    }
}
