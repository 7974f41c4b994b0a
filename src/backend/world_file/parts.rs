//! Reading the contract's own part of a world file: who is there, checked for what can be wrong in a file.

use std::collections::{HashMap, HashSet};

use serde_json::Value;

use crate::api::reading::read;
use crate::api::service::Service as ServiceBody;
use crate::api::stage::Stage as StageBody;
use crate::api::status::{EnvironmentStatus, ServiceStatus};
use crate::api::version::{ChartVersions, Commit, ImageVersions};
use crate::backend::catalog::{Fields, Versions};
use crate::backend::place::{At, Misplaced};
use crate::lifecycle::{EnvironmentId, ServiceId, StageId};

/// A service of the file.
pub struct ServicePart {
    /// Its id.
    pub id: ServiceId,
    /// What is read of it.
    pub body: ServiceBody,
    /// All of it.
    pub fields: Fields,
    /// Its stage.
    pub stage: Option<StageId>,
    /// Its status, read and whole, if the file has one.
    pub status: Option<(ServiceStatus, Fields)>,
}

/// The stages, statuses and services of one environment of the file.
#[derive(Default)]
pub struct EnvironmentPart {
    /// Its stages in order: name, and all but the services.
    pub stages: Vec<(StageId, String, Fields)>,
    /// Its own status, whole.
    pub status: Fields,
    /// Its services.
    pub services: Vec<ServicePart>,
}

/// An id that must be a UUID.
///
/// # Errors
/// Names the place.
pub fn id<T: std::str::FromStr<Err: std::fmt::Display>>(at: &At<'_>) -> Result<T, Misplaced> {
    at.key("id").parsed()
}

/// A key that must be the id of a known environment.
fn environment_of(known: &HashMap<EnvironmentId, usize>, key: &str, at: &At<'_>) -> Result<usize, Misplaced> {
    let id: Option<EnvironmentId> = key.parse().ok();
    let place = id.and_then(|id| known.get(&id)).copied();
    place.ok_or_else(|| at.wrong("this is the id of no environment of the file; add it to `environments`"))
}

/// Reads `services`, `stages` and `statuses` of the environments that are known by id and place.
///
/// # Errors
/// Names the place of what is of a wrong type, named twice, or names what is not there.
pub fn environments(root: &At<'_>, known: &HashMap<EnvironmentId, usize>) -> Result<Vec<EnvironmentPart>, Misplaced> {
    let mut parts: Vec<EnvironmentPart> = Vec::new();
    parts.resize_with(known.len(), EnvironmentPart::default);
    let mut places = Places::new();
    root.key("services").each_entry(|key, list| {
        let environment = environment_of(known, key, list)?;
        let part = parts.get_mut(environment).map(|part| &mut part.services);
        let services = list.each(|at| {
            let service = service(at)?;
            Ok((service, at.key("id").to_string()))
        })?;
        let Some(part) = part else { return Ok(()) };
        for (service, place) in services {
            if places.insert(service.id, (environment, part.len())).is_some() {
                let problem = format!("the service {} is in the file twice; ids must be unique", service.id);
                return Err(Misplaced { place, problem });
            }
            part.push(service);
        }
        Ok(())
    })?;
    stages(root, known, &mut parts, &places)?;
    statuses(root, known, &mut parts, &places)?;
    Ok(parts)
}

fn service(at: &At<'_>) -> Result<ServicePart, Misplaced> {
    let body: ServiceBody = read(at)?;
    at.key("service_type").text()?;
    at.key("name").text()?;
    let (least, most) = (at.key("min_running_instances"), crate::simulator::rollout::MOST_PODS);
    if least.count_if_any()?.is_some_and(|count| count > most) {
        return Err(least.wrong(format!("at most {most} instances can be shown")));
    }
    Ok(ServicePart { id: id(at)?, body, fields: at.object()?.clone(), stage: None, status: None })
}

/// Where the services are: environment and place in it.
type Places = HashMap<ServiceId, (usize, usize)>;

/// The service that is named at this place, which must be one of this environment.
fn named<'a>(
    parts: &'a mut [EnvironmentPart],
    places: &Places,
    environment: usize,
    at: &At<'_>,
) -> Result<&'a mut ServicePart, Misplaced> {
    let id: ServiceId = at.parsed()?;
    let place = places.get(&id).filter(|(of, _)| *of == environment).map(|(_, place)| *place);
    let service = place.and_then(|place| parts.get_mut(environment)?.services.get_mut(place));
    service.ok_or_else(|| {
        at.wrong(format!("the service {id} is not among the services of this environment; add it to `services`"))
    })
}

fn stages(
    root: &At<'_>,
    known: &HashMap<EnvironmentId, usize>,
    parts: &mut [EnvironmentPart],
    places: &Places,
) -> Result<(), Misplaced> {
    let mut ids = HashSet::new();
    root.key("stages").each_entry(|key, list| {
        let environment = environment_of(known, key, list)?;
        let mut stages = list.each(|at| {
            let body: StageBody = read(at)?;
            let id: StageId = id(at)?;
            if !ids.insert(id) {
                return Err(at.key("id").wrong(format!("the stage {id} is in the file twice; ids must be unique")));
            }
            let mut fields = at.object()?.clone();
            let mut kept = Fields::new();
            at.key("services").each(|member| {
                let of = member.key("service_id");
                let service = named(parts, places, environment, &of)?;
                if service.stage.replace(id).is_some() {
                    return Err(of.wrong("this service is in two stages; it can be in one only"));
                }
                kept.insert(service.id.to_string(), member.value.clone());
                Ok(())
            })?;
            fields.insert("services".to_owned(), Value::Object(kept));
            Ok((body.deployment_order, (id, body.name, fields)))
        })?;
        stages.sort_by_key(|(order, _)| *order);
        if let Some(part) = parts.get_mut(environment) {
            part.stages = stages.into_iter().map(|(_, stage)| stage).collect();
        }
        Ok(())
    })?;
    root.key("services").each_entry(|key, list| {
        let environment = environment_of(known, key, list)?;
        let Some(part) = parts.get(environment).filter(|part| !part.stages.is_empty()) else { return Ok(()) };
        let mut services = part.services.iter();
        list.each(|at| match services.next() {
            Some(service) if service.stage.is_none() => Err(at.wrong(format!(
                "this service is in none of the stages; name it in `services` of a stage in `stages.{key}`"
            ))),
            Some(_) | None => Ok(()),
        })?;
        Ok(())
    })
}

fn statuses(
    root: &At<'_>,
    known: &HashMap<EnvironmentId, usize>,
    parts: &mut [EnvironmentPart],
    places: &Places,
) -> Result<(), Misplaced> {
    root.key("statuses").each_entry(|key, lists| {
        let environment = environment_of(known, key, lists)?;
        lists.each_entry(|name, list| {
            if name == "environment" {
                if !list.is_missing() {
                    read::<EnvironmentStatus>(list)?;
                    if let Some(part) = parts.get_mut(environment) {
                        part.status = list.object()?.clone();
                    }
                }
                return Ok(());
            }
            list.each(|at| {
                let body: ServiceStatus = read(at)?;
                at.key("state").text()?;
                let service = named(parts, places, environment, &at.key("id"))?;
                if service.status.replace((body, at.object()?.clone())).is_some() {
                    return Err(at.key("id").wrong("this service has a status already"));
                }
                Ok(())
            })?;
            Ok(())
        })
    })
}

/// Reads `commits`, `tags` and `charts` of the services that are known.
///
/// # Errors
/// Names the place of what is of a wrong type, or names a service that is not there.
pub fn versions(root: &At<'_>, is_known: impl Fn(ServiceId) -> bool) -> Result<Versions, Misplaced> {
    let mut versions = Versions::new();
    type Check = fn(&At<'_>) -> Result<(), Misplaced>;
    let checks: [(&'static str, Check); 3] = [
        ("commits", commit),
        ("tags", |at| read::<ImageVersions>(at).map(drop)),
        ("charts", |at| read::<ChartVersions>(at).map(drop)),
    ];
    for (part, check) in checks {
        root.key(part).each_entry(|key, list| {
            let id = key.parse().ok().filter(|id| is_known(*id));
            let id = id.ok_or_else(|| list.wrong("this is the id of no service of the file; add it to `services`"))?;
            list.each(check)?;
            versions.entry(id).or_default().push((part, list.value.clone()));
            Ok(())
        })?;
    }
    Ok(versions)
}

fn commit(at: &At<'_>) -> Result<(), Misplaced> {
    at.key("git_commit_id").text()?;
    let time = at.key("created_at");
    if crate::api::Time::parse(time.text()?).is_none() {
        return Err(time.wrong("a time such as 2026-01-31T12:00:00Z is expected"));
    }
    read::<Commit>(at).map(drop)
}
