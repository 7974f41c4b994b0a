//! A service as the contract shows it: its description with its configuration laid over it.

use serde_json::Value;

use crate::lifecycle::EnvironmentId;
use crate::simulator::{Service, Version};

use super::catalog::{Catalog, Fields, Place};
use super::place::Laid;

/// What this program writes of a service; the rest is its description's.
pub fn ours(fields: &Fields, environment: EnvironmentId, service: &Service) -> Fields {
    let place = Place::of(fields);
    let mut ours = Fields::new();
    let mut set = |key: &str, value: Value| drop(ours.insert(key.to_owned(), value));
    set("id", service.id.to_string().into());
    set("name", service.name.to_string().into());
    set("environment", serde_json::json!({ "id": environment.to_string() }));
    let desired = &service.desired;
    let managed = fields.get("mode").and_then(Value::as_str) == Some("MANAGED");
    if !matches!(place, Place::Chart | Place::GitChart | Place::Unknown) && !managed {
        set("cpu", desired.cpu_milli.into());
        set("memory", desired.memory_mb.into());
    }
    if matches!(place, Place::Application | Place::Container) {
        set("min_running_instances", desired.min_instances.into());
        set("max_running_instances", desired.max_instances.into());
    }
    // The contract's commit is the one deployed, its tags and chart versions are the ones set.
    let deployed = service.running.as_ref().and_then(|running| running.version.as_ref());
    let version = match place.source() {
        crate::lifecycle::Source::Git => deployed.or(desired.version.as_ref()),
        _ => desired.version.as_ref(),
    };
    if let Some(Version(version)) = version {
        write(&mut ours, place.path(), version.to_string().into());
    }
    ours
}

/// Writes a value at the end of a way of keys, making the objects on the way.
fn write(fields: &mut Fields, path: &[&str], value: Value) {
    match path {
        [] => {}
        [key] => drop(fields.insert((*key).to_owned(), value)),
        [key, rest @ ..] => {
            let next = fields.entry(*key).or_insert_with(|| Value::Object(Fields::new()));
            if let Value::Object(next) = next {
                write(next, rest, value);
            }
        }
    }
}

/// The whole service.
pub fn whole(catalog: &Catalog, environment: EnvironmentId, service: &Service) -> Laid {
    let base = catalog.services.get(&service.id).map(|known| known.fields.clone());
    Laid { top: ours(catalog.service(service.id), environment, service), base }
}
