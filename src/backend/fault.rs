//! Faults on the wire and in the simulator.

use crate::api::fault::Faults as Body;
use crate::api::{Request, Response};
use crate::lifecycle::ServiceId;
use crate::simulator::{Faults, Target, World};

use super::answer::{Problem, json};
use super::body;
use super::place::{At, Misplaced};

/// The word for every service.
const ALL: &str = "*";

fn names(target: &Target) -> Vec<String> {
    let all = target.all.then(|| ALL.to_owned());
    all.into_iter().chain(target.services.keys().map(ToString::to_string)).collect()
}

/// The faults as a body.
pub fn body(faults: &Faults) -> Body {
    Body {
        build_fails: names(&faults.build_fails),
        push_fails: names(&faults.push_fails),
        readiness_never_ok: names(&faults.readiness_never_ok),
        pod_crashes: names(&faults.pod_crashes),
        stop_fails: names(&faults.stop_fails),
        restart_fails: names(&faults.restart_fails),
        no_capacity: names(&faults.no_capacity),
    }
}

/// Reads faults; what is missing hits nobody.
///
/// # Errors
/// Names the place of a word that is neither `*` nor the id of a service, and of a fault that is not known.
pub fn read(world: &World, at: &At<'_>) -> Result<Faults, Misplaced> {
    let mut faults = Faults::default();
    at.each_entry(|name, list| {
        let target = match name {
            "build_fails" => &mut faults.build_fails,
            "push_fails" => &mut faults.push_fails,
            "readiness_never_ok" => &mut faults.readiness_never_ok,
            "pod_crashes" => &mut faults.pod_crashes,
            "stop_fails" => &mut faults.stop_fails,
            "restart_fails" => &mut faults.restart_fails,
            "no_capacity" => &mut faults.no_capacity,
            _ => return Err(list.wrong("there is no such fault")),
        };
        list.each(|item| {
            if item.text()? == ALL {
                target.all = true;
                return Ok(());
            }
            let id: ServiceId = item.parsed()?;
            world.place(id).ok_or_else(|| item.wrong(format!("there is no service {id}")))?;
            target.services.insert(id, ());
            Ok(())
        })?;
        Ok(())
    })?;
    Ok(faults)
}

/// Replaces the faults.
///
/// # Errors
/// See [`read`]; then nothing has changed.
pub fn set(world: &mut World, request: &Request) -> Result<Response, Problem> {
    let document = body::document(&request.body)?;
    let at = At::root(&document);
    at.object()?;
    let faults = read(world, &at)?;
    world.set_faults(faults);
    Ok(json(200, &body(&world.faults)))
}
