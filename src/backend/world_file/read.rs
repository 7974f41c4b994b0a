//! Reading a world file. Nothing of the open world is touched: a whole new one is made, or the place of an error named.

use std::collections::HashMap;
use std::sync::Arc;

use serde_json::{Value, json};

use super::parts::{EnvironmentPart, ServicePart};
use super::stored::restored;
use super::{FORMAT, LIMIT, NAME, check, make_up, parts, state};
use crate::api::environment::Environment as EnvironmentBody;
use crate::api::organization::{Organization, Project};
use crate::api::reading::{self, syntax};
use crate::backend::answer::Problem;
use crate::backend::catalog::{Catalog, Description, Fields};
use crate::backend::place::{At, Misplaced, without};
use crate::backend::status::View;
use crate::backend::{fault, read as contract, service};
use crate::lifecycle::{EnvironmentId, Provider, ServiceId, StageId};
use crate::simulator::agenda::Agenda;
use crate::simulator::random::mix;
use crate::simulator::{Actor, Environment, Millis, Mode, Origin, Stage, World};

/// The parts of the file that are read; any other is carried along.
const PARTS: [&str; 10] =
    ["organization", "project", "environments", "services", "stages", "statuses", "commits", "tags", "charts", "x"];

/// What is said of a document that is no world file at all.
const HINT: &str = "a world file is one object with organization, project, environments, services, stages and statuses; \
     the README has the lines that make one";

/// Reads a world file: the world, what describes it, and its name. `now` (Unix ms) is the time of a file without one.
///
/// # Errors
/// [`Problem::TooLarge`], or [`Problem::Malformed`] with the place and what is wrong there.
pub fn read(body: &[u8], now: Millis) -> Result<(World, Catalog, String), Problem> {
    if body.len() > LIMIT {
        let (size, limit) = (body.len() >> 20, LIMIT >> 20);
        return Err(Problem::TooLarge(format!(
            "The file has {size} MB, and {limit} MB is the most that is read. Take fewer environments or commits."
        )));
    }
    let document: Value = serde_json::from_slice(body).map_err(|error| syntax(&error))?;
    Ok(read_document(&At::root(&document), now)?)
}

fn read_document(root: &At<'_>, now: Millis) -> Result<(World, Catalog, String), Misplaced> {
    if !root.value.is_object() {
        let Misplaced { place, problem } = root.expected("an object");
        return Err(Misplaced { place, problem: format!("{problem}; {HINT}") });
    }
    if root.key("environments").is_missing() {
        return Err(root.key("environments").wrong(format!("it is missing; {HINT}")));
    }
    let x = root.key("x");
    if !x.is_missing() {
        x.object()?;
    }
    if let Some(format) = x.key("format").count_if_any()?.filter(|format| *format != FORMAT) {
        let words = format!("this file was written by another version (format {format}); {FORMAT} is read here");
        return Err(x.key("format").wrong(words));
    }
    let seed = restored(&x.key("seed"))?;
    let now = restored::<Option<_>>(&x.key("now"))?.unwrap_or(now);
    let born = restored::<Option<_>>(&x.key("born"))?.unwrap_or(now);
    let mut catalog = Catalog { generated: x.key("generated").flag()?, born, ..Catalog::default() };
    about(root, &mut catalog)?;

    let mut known: HashMap<EnvironmentId, usize> = HashMap::new();
    let bodies = root.key("environments").each(|at| {
        let body: EnvironmentBody = reading::read(at)?;
        let id: EnvironmentId = parts::id(at)?;
        at.key("name").text()?;
        if let Some(before) = known.insert(id, known.len()) {
            let words = format!("the environment {id} is environments[{before}] already; ids must be unique");
            return Err(at.key("id").wrong(words));
        }
        Ok((id, body, at.object()?.clone()))
    })?;
    let parts = parts::environments(root, &known)?;

    let mut planned = check::Planning(restored(&x.key("agenda"))?);
    let mut environments = Vec::with_capacity(bodies.len());
    let mut raw: Vec<(Fields, EnvironmentPart)> = Vec::with_capacity(bodies.len());
    let mut agreed = Vec::with_capacity(bodies.len());
    for ((id, body, fields), mut part) in bodies.into_iter().zip(parts) {
        let mut environment = described(id, &body);
        place_stages(&mut environment, &mut part);
        let place = environments.len();
        let agrees = restore(&x, &mut environment, &part, now)?;
        if agrees {
            let (all, id) = (x.key("environments"), environment.id.to_string());
            let (timed, starts) = (planned.of(place, &environment), planned.starts(place, &environment));
            check::in_progress(&all.key(&id), &environment, &timed, starts)?;
        } else {
            planned.forget(place);
        }
        environments.push(environment);
        raw.push((fields, part));
        agreed.push(agrees);
    }
    let requests: u64 = restored(&x.key("requests"))?;
    let mut world = World::resumed(seed, now, environments, requests);
    for ((environment, (_, part)), agrees) in world.environments.iter_mut().zip(&raw).zip(agreed) {
        // What was restored knows better than the contract, which has fewer words for it.
        if !agrees {
            name_actor(environment, &part.status);
        }
    }
    restore_world(&x, &mut world, planned)?;
    describe(&world, &mut catalog, raw);
    catalog.versions = parts::versions(root, |id| world.place(id).is_some())?;
    let name = x.key("name").text_if_any()?.unwrap_or(NAME).to_owned();
    if name.is_empty() || !name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte)) {
        return Err(x.key("name").wrong("a name of letters, digits, dots and hyphens is expected"));
    }
    Ok((world, catalog, name))
}

/// Organization, project, and the parts that are not known.
fn about(root: &At<'_>, catalog: &mut Catalog) -> Result<(), Misplaced> {
    let whole = |at: &At<'_>, made_up: Value| -> Result<Fields, Misplaced> {
        if at.is_missing() {
            return Ok(made_up.as_object().cloned().unwrap_or_default());
        }
        at.key("id").text()?;
        at.object().cloned()
    };
    let (organization, project) = (root.key("organization"), root.key("project"));
    if !organization.is_missing() {
        reading::read::<Organization>(&organization)?;
    }
    if !project.is_missing() {
        reading::read::<Project>(&project)?;
    }
    let nil = StageId(0).to_string();
    catalog.organization = whole(&organization, json!({ "id": nil, "name": "Organization" }))?;
    let of = json!({ "id": catalog.organization.get("id") });
    catalog.project = whole(&project, json!({ "id": nil, "name": "Project", "organization": of }))?;
    let unknown = root.object()?.iter().filter(|(key, _)| !PARTS.contains(&key.as_str()));
    catalog.extra.clear();
    catalog.extra.extend(unknown.map(|(key, value)| (key.clone(), value.clone())));
    Ok(())
}

/// An environment without stages and services, from its description.
fn described(id: EnvironmentId, body: &EnvironmentBody) -> Environment {
    let mode = match body.mode.as_str() {
        "PRODUCTION" => Mode::Production,
        "STAGING" => Mode::Staging,
        "DEVELOPMENT" => Mode::Development,
        "PREVIEW" => Mode::Preview,
        other => Mode::Unknown(other.into()),
    };
    let provider = body.cloud_provider.provider.as_deref().map_or(Provider::Unknown, Provider::from_name);
    let region = body.cloud_provider.cluster.as_deref().unwrap_or("");
    let mut environment = Environment::new(id, &body.name, mode, provider, region);
    environment.cluster = body.cluster_name.as_deref().unwrap_or(region).into();
    let slug = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' };
    let short = id.to_string().get(..8).unwrap_or_default().to_owned();
    environment.namespace = format!("z{short}-{}", body.name.chars().map(slug).collect::<String>()).into();
    environment
}

/// Gives the environment its stages: those of the file, or the default ones (law §6).
fn place_stages(environment: &mut Environment, part: &mut EnvironmentPart) {
    if part.stages.is_empty() {
        for (place, name) in ["Database", "Job", "Container", "Application"].into_iter().enumerate() {
            // Made from the environment's id, so that the same file makes the same world.
            let id = StageId(environment.id.0 ^ (u128::from(mix(place as u64 + 1)) << 32));
            part.stages.push((id, name.to_owned(), Fields::new()));
        }
        for service in &mut part.services {
            service.stage = part.stages.get(make_up::default_stage(&service.body)).map(|(id, _, _)| *id);
        }
    }
    let stages = part.stages.iter().map(|(id, name, _)| Stage { id: *id, name: name.as_str().into() });
    environment.stages = stages.collect();
}

/// Fills the environment: from its part of `x` where that agrees with the rest of the file, else made up.
/// Whether it was from `x`.
fn restore(x: &At<'_>, environment: &mut Environment, part: &EnvironmentPart, now: Millis) -> Result<bool, Misplaced> {
    let id = environment.id.to_string();
    let (all, services) = (x.key("environments"), x.key("services"));
    let at = all.key(&id);
    let configured =
        |part: &ServicePart| make_up::configured(part.id, &part.body, &part.fields, part.stage.unwrap_or(StageId(0)));
    if !at.is_missing() {
        environment.namespace = restored::<Option<_>>(&at.key("namespace"))?.unwrap_or(environment.namespace.clone());
        let mut agrees = true;
        for part in &part.services {
            let mut service = configured(part);
            let id = part.id.to_string();
            let at = services.key(&id);
            if at.is_missing() {
                agrees = false;
                break;
            }
            reading::read_with(&at, |from| state::restore_service(from, &mut service))?;
            make_up::configure(&mut service.desired, &part.body, &part.fields);
            let state = part.status.as_ref().map_or("READY", |(status, _)| &status.state);
            agrees = agrees && service.shown().name() == state;
            environment.services.push(service);
        }
        if agrees {
            environment.running = restored(&at.key("running"))?;
            environment.queue = restored(&at.key("queue"))?;
            environment.history = restored(&at.key("history"))?;
            check::environment(&at, environment)?;
            return Ok(true);
        }
        environment.services.clear();
    }
    for part in &part.services {
        let mut service = configured(part);
        if let Some((status, _)) = &part.status {
            make_up::deployed(&mut service, status, now);
        }
        environment.services.push(service);
    }
    Ok(false)
}

/// Gives a deployment that was taken over its actor: the file tells who and from where.
fn name_actor(environment: &mut Environment, status: &Fields) {
    let text = |key: &str| status.get(key).and_then(Value::as_str);
    let Some(running) = environment.running.as_mut().filter(|running| &*running.record.actor.name == "unknown") else {
        return;
    };
    let (Some(name), Some(origin)) = (text("triggered_by"), text("origin")) else { return };
    let actor = Actor { name: name.into(), origin: Origin::from_name(origin) };
    for last in environment.services.iter_mut().filter_map(|service| service.last.as_mut()) {
        if last.request == running.record.id {
            last.actor = actor.clone();
        }
    }
    running.record.actor = actor;
}

/// Settings, faults, and what is planned.
fn restore_world(x: &At<'_>, world: &mut World, planned: check::Planning) -> Result<(), Misplaced> {
    if !x.key("settings").is_missing() {
        let at = x.key("settings");
        world.settings = restored(&at)?;
        check::settings(&at, &world.settings)?;
    }
    world.faults = fault::read(world, &x.key("faults"))?;
    let at = x.key("agenda");
    // What is planned already is for deployments that were made up just now.
    world.agenda = Agenda::restored(planned.0.into_iter().chain(world.agenda.planned()));
    check::agenda(&at, world)
}

/// Fills the catalog with what this program does not write itself. Equal descriptions are kept once.
fn describe(world: &World, catalog: &mut Catalog, raw: Vec<(Fields, EnvironmentPart)>) {
    let mut kept: HashMap<String, Arc<Fields>> = HashMap::new();
    let mut keep = |fields: Fields| {
        let key = serde_json::to_string(&fields).unwrap_or_default();
        kept.entry(key).or_insert_with(|| Arc::new(fields)).clone()
    };
    let mut services: Vec<(ServiceId, Description)> = Vec::new();
    for (environment, (mut fields, part)) in world.environments.iter().zip(raw) {
        without(&mut fields, &contract::environment_ours(environment));
        for (place, (stage, (id, _, mut fields))) in environment.stages.iter().zip(part.stages).enumerate() {
            without(&mut fields, &contract::stage_ours(environment, place, stage));
            // A service's id and type are written from the service itself.
            let known = |key: &String| key != "service_id" && key != "service_type";
            let members = fields.remove("services").and_then(|members| members.as_object().cloned());
            let mut members = members.unwrap_or_default();
            members.retain(|_, member| {
                let Some(member) = member.as_object_mut() else { return false };
                member.retain(|key, _| known(key));
                !member.is_empty()
            });
            if !members.is_empty() {
                fields.insert("services".to_owned(), Value::Object(members));
            }
            catalog.stages.insert(id, keep(fields));
        }
        // What is in the file as this program would write it is left out; what differs is kept.
        let view = View::new(catalog, environment);
        let mut status = part.status;
        without(&mut status, &view.environment().top);
        for (service, part) in environment.services.iter().zip(part.services) {
            let mut fields = part.fields;
            let ours = service::ours(&fields, environment.id, service);
            without(&mut fields, &ours);
            let mut status = part.status.map(|(_, status)| status).unwrap_or_default();
            without(&mut status, &view.service(service).top);
            services.push((part.id, Description { fields: keep(fields), status: keep(status) }));
        }
        let description = Description { fields: keep(fields), status: keep(status) };
        catalog.environments.insert(environment.id, description);
    }
    catalog.services.extend(services);
}
