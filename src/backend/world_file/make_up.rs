//! What the contract's calls do not carry, made up plausibly: what runs, and its pods.

use crate::api::service::Service as Body;
use crate::api::status::ServiceStatus;
use crate::backend::catalog::{Fields, Place};
use crate::lifecycle::{Class, Engine, Kind, ServiceId, StageId, Status};
use crate::simulator::{Configuration, Millis, PodPhase, Service, Version};

/// What a service is, from its types on the wire.
fn kind(body: &Body) -> Kind {
    match (body.service_type.as_str(), body.mode.as_deref(), body.job_type.as_deref()) {
        ("APPLICATION", _, _) => Kind::Application,
        ("CONTAINER", _, _) => Kind::Container,
        ("DATABASE", Some("MANAGED"), _) => Kind::ManagedDatabase,
        ("DATABASE", _, _) => Kind::ContainerDatabase,
        ("HELM", _, _) => Kind::Helm,
        ("JOB", _, Some("CRON")) => Kind::CronJob,
        ("JOB", _, Some("LIFECYCLE") | None) => Kind::LifecycleJob,
        _ => Kind::Unknown,
    }
}

/// The stage a kind is deployed in where the file has no stages (law §6), from 0.
pub fn default_stage(body: &Body) -> usize {
    match kind(body) {
        Kind::ContainerDatabase | Kind::ManagedDatabase => 0,
        Kind::LifecycleJob | Kind::CronJob | Kind::Unknown => 1,
        Kind::Container => 2,
        Kind::Application | Kind::Helm => 3,
    }
}

/// The configuration that the contract's calls carry, laid over `desired`.
pub fn configure(desired: &mut Configuration, body: &Body, fields: &Fields) {
    let place = Place::of(fields);
    let known = [
        (&mut desired.cpu_milli, body.cpu),
        (&mut desired.memory_mb, body.memory),
        (&mut desired.min_instances, body.min_running_instances),
        (&mut desired.max_instances, body.max_running_instances),
    ];
    for (field, value) in known {
        if let Some(value) = value {
            *field = value;
        }
    }
    let version = read_version(place, fields);
    // The contract's commit is the one deployed; the one set is ours to know, where it is known.
    if version.is_some() && (desired.version.is_none() || place.source() != crate::lifecycle::Source::Git) {
        desired.version = version;
    }
}

fn read_version(place: Place, fields: &Fields) -> Option<Version> {
    let (key, way) = place.path().split_last()?;
    let holder = way.iter().try_fold(fields, |fields, key| fields.get(*key)?.as_object())?;
    holder.get(*key)?.as_str().filter(|text| !text.is_empty()).map(Version::from)
}

/// The service as it is configured, never deployed.
pub fn configured(id: ServiceId, body: &Body, fields: &Fields, stage: StageId) -> Service {
    let mut service = Service::new(id, &body.name, kind(body), Place::of(fields).source(), stage);
    service.engine = body.engine.as_deref().map_or(Engine::Unknown, Engine::from_name);
    service.has_stop_command = body.schedule.as_ref().is_some_and(|schedule| schedule.on_stop.is_some());
    configure(&mut service.desired, body, fields);
    service
}

/// Gives it a status, and what plausibly runs then; `now` is taken for the time of what has none.
pub fn deployed(service: &mut Service, status: &ServiceStatus, now: Millis) {
    service.status = Status::from_name(&status.state);
    service.since = status.last_deployment_date.map_or(now, |time| time.0);
    if service.status == Status::Ready {
        return;
    }
    let first = status.service_deployment_status == "NEVER_DEPLOYED";
    if !first {
        let mut running = service.desired.clone();
        // A difference that the contract does not name is one of the variables.
        running.variables = u64::from(status.service_deployment_status == "OUT_OF_DATE");
        service.running = Some(running);
    }
    match &service.status {
        Status::Stopped | Status::Deleted | Status::Ready => {}
        // A first deployment that failed leaves its pods for their logs (law §5); of other firsts nothing runs.
        Status::DeploymentError if first => {
            service.bring_up(service.since);
            for pod in &mut service.pods {
                pod.phase = PodPhase::Error;
            }
        }
        other if first && other.class() != Class::Ok => {}
        _ => service.bring_up(service.since),
    }
}
