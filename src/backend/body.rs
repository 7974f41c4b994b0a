//! Reading the bodies of requests: what is wrong is told with its place, and nothing has happened yet.

use std::collections::HashSet;

use serde_json::Value;

use crate::lifecycle::{EnvironmentId, ServiceId, Source};
use crate::simulator::{Configuration, Service, Version, World};

use super::answer::Problem;
use super::catalog::{Catalog, Place};
use super::place::{At, Misplaced};
use crate::api::configure;
use crate::api::reading::syntax;

/// Reads a JSON document. An empty body is `null`, where a body is optional.
///
/// # Errors
/// Names line and column.
pub fn document(body: &[u8]) -> Result<Value, Misplaced> {
    if body.iter().all(u8::is_ascii_whitespace) {
        return Ok(Value::Null);
    }
    serde_json::from_slice(body).map_err(|error| syntax(&error))
}

/// A body that is optional: nothing, or an object.
///
/// # Errors
/// Names the place.
pub fn optional(at: &At<'_>) -> Result<(), Misplaced> {
    if at.is_missing() { Ok(()) } else { at.object().map(|_| ()) }
}

/// The fields that carry a version, and what they mean.
const VERSIONS: [(&str, Source); 3] =
    [("git_commit_id", Source::Git), ("image_tag", Source::Image), ("chart_version", Source::Chart)];

/// The version that a body names for a service, if it names one.
///
/// # Errors
/// Names the field when the service has other versions, or has no such version.
pub fn version(world: &World, catalog: &Catalog, service: &Service, at: &At<'_>) -> Result<Option<Version>, Misplaced> {
    for (name, source) in VERSIONS {
        let field = at.key(name);
        let Some(text) = field.text_if_any()? else { continue };
        let wanted = VERSIONS.iter().find(|(_, wanted)| *wanted == service.source);
        match wanted {
            // A database has no version at all: that is the law's to refuse, in its words.
            None => return Ok(Some(text.into())),
            Some((_, wanted)) if *wanted == source => {}
            Some((wanted, _)) => return Err(field.wrong(format!("{} is deployed by {wanted}", service.name))),
        }
        let current = service.desired.version.as_ref().is_some_and(|current| &*current.0 == text);
        if text.trim().is_empty() || (!current && catalog.has_version(world, service, text) == Some(false)) {
            return Err(field.wrong(format!("{} has no version {text:?}; list its versions to see them", service.name)));
        }
        return Ok(Some(text.into()));
    }
    Ok(None)
}

/// A service that a body names, of the type and in the environment it must be.
///
/// # Errors
/// Names the place of a text that is no id, of an id that is not there, or of one that was named before.
pub fn named<'a>(
    world: &'a World,
    catalog: &Catalog,
    environment: EnvironmentId,
    service_type: &str,
    at: &At<'_>,
    before: &mut HashSet<ServiceId>,
) -> Result<&'a Service, Problem> {
    let id: ServiceId = at.parsed()?;
    let service = world.service(id).filter(|_| {
        let here = world.place(id).and_then(|(place, _)| world.environments.get(place));
        here.is_some_and(|here| here.id == environment) && catalog.service_type(id) == service_type
    });
    let Some(service) = service else {
        return Err(Problem::Missing {
            what: "such service in this environment at",
            id: format!("{at}: {id} ({})", service_type.to_ascii_lowercase()),
        });
    };
    if !before.insert(id) {
        return Err(at.wrong(format!("{} is named twice", service.name)).into());
    }
    Ok(service)
}

/// The desired configuration that a `PUT` body sets.
///
/// # Errors
/// Names the field that is missing or cannot be.
pub fn configuration(
    world: &World,
    catalog: &Catalog,
    service: &Service,
    at: &At<'_>,
) -> Result<Configuration, Misplaced> {
    at.object()?;
    let place = Place::of(catalog.service(service.id));
    let required: &[&str] = match place {
        Place::Application => &["healthchecks"],
        Place::Container => &["healthchecks", "name", "registry_id", "image_name", "tag"],
        Place::ImageJob | Place::GitJob => &["healthchecks", "name"],
        Place::Chart | Place::GitChart => &["name", "source", "arguments", "values_override"],
        Place::Database | Place::Unknown => &[],
    };
    for name in required {
        if at.key(name).is_missing() {
            return Err(at.key(name).wrong("it is missing; send the whole service, as it was read"));
        }
    }
    let mut wanted = service.desired.clone();
    let fields = [
        ("cpu", &mut wanted.cpu_milli, configure::CPU),
        ("memory", &mut wanted.memory_mb, configure::MEMORY),
        ("min_running_instances", &mut wanted.min_instances, configure::INSTANCES),
        ("max_running_instances", &mut wanted.max_instances, configure::INSTANCES),
    ];
    for (name, field, (least, most)) in fields {
        let at = at.key(name);
        let Some(value) = at.count_if_any()? else { continue };
        // What is not changed is not judged: it may be older than the bounds.
        if value != *field && !(least..=most).contains(&value) {
            return Err(at.wrong(format!("a number from {least} to {most} is expected, not {value}")));
        }
        *field = value;
    }
    if wanted.min_instances > wanted.max_instances {
        let most = wanted.max_instances;
        let words = format!("it must not be greater than max_running_instances, which is {most}");
        return Err(at.key("min_running_instances").wrong(words));
    }
    if let Source::Image | Source::Chart = place.source() {
        tag(world, catalog, service, at, place.path(), &mut wanted)?;
    }
    Ok(wanted)
}

/// Reads the tag or chart version at the end of a way of keys.
fn tag(
    world: &World,
    catalog: &Catalog,
    service: &Service,
    at: &At<'_>,
    path: &[&str],
    wanted: &mut Configuration,
) -> Result<(), Misplaced> {
    let [key, rest @ ..] = path else { return Ok(()) };
    let at = at.key(key);
    if !rest.is_empty() {
        return tag(world, catalog, service, &at, rest, wanted);
    }
    let Some(text) = at.text_if_any()? else { return Ok(()) };
    let version = Version::from(text);
    if wanted.version.as_ref() == Some(&version) {
        return Ok(());
    }
    if text.trim().is_empty() || catalog.has_version(world, service, text) == Some(false) {
        return Err(at.wrong(format!("{} has no version {text:?}; list its versions to see them", service.name)));
    }
    wanted.version = Some(version);
    Ok(())
}
