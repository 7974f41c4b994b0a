//! Whether state that was read hangs together: places that point somewhere, numbers that can be run.

use std::collections::HashSet;

use crate::backend::place::{At, Misplaced};
use crate::lifecycle::Status;
use crate::lifecycle::pipeline::Lane;
use crate::simulator::agenda::{Happening, Planned};
use crate::simulator::deployment::Phase;
use crate::simulator::rollout::MOST_PODS;
use crate::simulator::{Deployment, Environment, Millis, Settings, World};

/// Checks an environment.
///
/// # Errors
/// Names the part that does not hang together.
pub fn environment(at: &At<'_>, environment: &Environment) -> Result<(), Misplaced> {
    let services = environment.services.len();
    let running = environment.running.iter().map(|running| &running.record);
    for record in running.chain(&environment.queue).chain(&environment.history) {
        for item in &record.items {
            if environment.services.get(item.place).is_none_or(|service| service.id != item.service) {
                return Err(at.wrong(format!("an item of request {} is of no service here", record.id)));
            }
        }
    }
    let mut runs = 0;
    if let Some(running) = &environment.running {
        let at = at.key("running");
        deployment(running, services).map_err(|problem| at.wrong(problem))?;
        runs = running.runs.len();
    }
    for service in &environment.services {
        let broken = match () {
            () if service.run.is_some_and(|run| run >= runs) => "it takes part in a deployment that is not there",
            () if service.desired.min_instances > MOST_PODS => "it has too many instances",
            () if service.pods.len() > 4 * MOST_PODS as usize => "it has too many pods",
            () if service.rollout.as_ref().is_some_and(|rollout| rollout.wanted > MOST_PODS) => {
                "it is to get too many pods"
            }
            () => continue,
        };
        return Err(at.wrong(format!("the service {}: {broken}", service.id)));
    }
    Ok(())
}

fn deployment(running: &Deployment, services: usize) -> Result<(), &'static str> {
    let (runs, items) = (running.runs.len(), running.record.items.len());
    if running.runs.iter().any(|run| run.service >= services || run.item >= items) {
        return Err("a run is of no service, or of no item of the record");
    }
    let pipeline = &running.pipeline;
    let members = pipeline.stages.iter().flatten().chain(&pipeline.for_build);
    if members.chain(&pipeline.for_deployment).chain(&pipeline.built).any(|member| *member >= runs) {
        return Err("the pipeline has a member that is no run");
    }
    if pipeline.slots.builds == 0 || pipeline.slots.deployments == 0 {
        return Err("the pipeline has no slots");
    }
    Ok(())
}

/// Checks that whatever is in progress comes to an end (law §9): it is run by the deployment that runs, that deployment's
/// books are right, and something is planned for each run that is under way.
///
/// # Errors
/// Names what would stay in progress for ever.
pub fn in_progress(
    at: &At<'_>,
    environment: &Environment,
    timed: &HashSet<usize>,
    starts: bool,
) -> Result<(), Misplaced> {
    let wrong = |problem: String| Err(at.wrong(format!("{problem}; it would stay in progress for ever")));
    let runs = environment.running.as_ref().map_or(&[][..], |running| &running.runs);
    for (place, service) in environment.services.iter().enumerate() {
        let run = service.run.and_then(|run| runs.get(run)).filter(|run| run.service == place);
        let Some(found) = phase_words(&service.status) else { continue };
        if !run.is_some_and(|run| found(run.phase)) {
            return wrong(format!("the service {} is {}, and no run says so", service.id, service.status));
        }
    }
    let Some(running) = &environment.running else {
        return if environment.queue.is_empty() { Ok(()) } else { wrong("requests wait for nothing".to_owned()) };
    };
    let (mut queued, mut built, mut open, mut slots, mut under_way) = (Vec::new(), Vec::new(), 0, (0, 0), false);
    for (member, run) in runs.iter().enumerate() {
        let Some(service) = environment.services.get(run.service) else { continue };
        match run.slot {
            Some(Lane::Build) => slots.0 += 1,
            Some(Lane::Deployment) => slots.1 += 1,
            None => {}
        }
        if run.phase == Phase::Ended {
            continue;
        }
        open += 1;
        if service.run != Some(member) || !service.status.in_progress() {
            return wrong(format!("the service {} does not know of its run", service.id));
        }
        match run.phase {
            Phase::Queued => queued.push(member),
            Phase::Built => built.push(member),
            Phase::Building
            | Phase::Deploying
            | Phase::Restoring(_)
            | Phase::Canceling
            | Phase::Stopping
            | Phase::Restarting
            | Phase::Ended => {
                under_way = true;
                if !timed.contains(&run.service) {
                    return wrong(format!("nothing is planned for the service {} ({:?})", service.id, run.phase));
                }
            }
        }
    }
    let pipeline = &running.pipeline;
    let members = pipeline.stages.iter().flatten().chain(&pipeline.for_build).chain(&pipeline.for_deployment);
    let mut waiting: Vec<usize> = members.copied().collect();
    let mut of_pipeline: Vec<usize> = pipeline.built.iter().copied().collect();
    waiting.sort_unstable();
    of_pipeline.sort_unstable();
    if open == 0 || open != running.open || queued != waiting || built != of_pipeline {
        return wrong("the deployment's books are not right".to_owned());
    }
    // Who waits is started by the end of another, or by what is planned.
    if !under_way && !starts {
        return wrong("all of the deployment wait, and nothing is under way".to_owned());
    }
    if slots != (pipeline.builds, pipeline.deployments) {
        return wrong("the pipeline's slots are not those its runs hold".to_owned());
    }
    Ok(())
}

/// Which phases a run can be in while its service is in this status; `None`: it is in none.
fn phase_words(status: &Status) -> Option<fn(Phase) -> bool> {
    match status {
        Status::DeploymentQueued | Status::StopQueued | Status::RestartQueued => Some(|phase| phase == Phase::Queued),
        Status::Building => Some(|phase| matches!(phase, Phase::Building | Phase::Built | Phase::Restoring(_))),
        Status::Deploying => Some(|phase| matches!(phase, Phase::Deploying | Phase::Restoring(_))),
        Status::Stopping => Some(|phase| matches!(phase, Phase::Stopping | Phase::Restoring(_))),
        Status::Restarting => Some(|phase| matches!(phase, Phase::Restarting | Phase::Restoring(_))),
        Status::Canceling => Some(|phase| matches!(phase, Phase::Canceling | Phase::Restoring(_))),
        Status::Ready
        | Status::Deployed
        | Status::BuildError
        | Status::DeploymentError
        | Status::Stopped
        | Status::StopError
        | Status::Restarted
        | Status::RestartError
        | Status::Canceled
        | Status::DeleteQueued
        | Status::Deleting
        | Status::Deleted
        | Status::DeleteError
        | Status::Unknown(_) => None,
    }
}

/// A day, in milliseconds.
const DAY: Millis = 86_400_000;

/// Checks that deadlines are deadlines.
///
/// # Errors
/// Names the settings when one is none, or longer than a day.
pub fn settings(at: &At<'_>, settings: &Settings) -> Result<(), Misplaced> {
    let deadlines = [
        settings.build_deadline,
        settings.readiness_deadline,
        settings.job_deadline,
        settings.rollback_deadline,
        settings.stop_deadline,
    ];
    if deadlines.into_iter().all(|deadline| (1..=DAY).contains(&deadline)) {
        Ok(())
    } else {
        Err(at.wrong("a deadline is from 1 ms to one day"))
    }
}

/// What is planned, as the file says.
pub struct Planning(pub Vec<Planned>);

impl Planning {
    /// The places of the services of an environment, the one at that place in the world, that have a timer going: of
    /// their own or of a pod. A timer whose ticket is not the service's or pod's is void.
    pub fn of(&self, place: usize, environment: &Environment) -> HashSet<usize> {
        let here = self.0.iter().filter(|planned| planned.environment as usize == place);
        let service = |place: u32| environment.services.get(place as usize);
        here.filter_map(|planned| match planned.happening {
            Happening::Step { service: of, ticket } | Happening::Deadline { service: of, ticket } => {
                (service(of)?.ticket == ticket).then_some(of as usize)
            }
            Happening::Pod { service: of, pod, ticket } => {
                let pods = &service(of)?.pods;
                pods.iter().any(|one| one.serial == pod && one.ticket == ticket).then_some(of as usize)
            }
            Happening::Pipeline { .. } => None,
        })
        .collect()
    }

    /// Whether it is planned that the deployment of that environment starts those that wait.
    pub fn starts(&self, place: usize, environment: &Environment) -> bool {
        let running = environment.running.as_ref().map(|running| running.record.id.0 as u64);
        let mut here = self.0.iter().filter(|planned| planned.environment as usize == place);
        here.any(|planned| matches!(planned.happening, Happening::Pipeline { request } if Some(request) == running))
    }

    /// Forgets what is planned for an environment that is not restored.
    pub fn forget(&mut self, environment: usize) {
        self.0.retain(|planned| planned.environment as usize != environment);
    }
}

/// Nothing is planned for later than this after a world's present, in milliseconds: no deadline is longer than a day.
const LATEST: Millis = 7 * DAY;

/// Checks what is planned.
///
/// # Errors
/// Names the first thing planned for what is not there, or for a time that nobody would see come.
pub fn agenda(at: &At<'_>, world: &World) -> Result<(), Misplaced> {
    for planned in world.agenda.planned() {
        let environment = world.environments.get(planned.environment as usize);
        let service = match planned.happening {
            Happening::Pipeline { .. } => None,
            Happening::Step { service, .. } | Happening::Deadline { service, .. } | Happening::Pod { service, .. } => {
                Some(service as usize)
            }
        };
        let there =
            environment.is_some_and(|environment| service.is_none_or(|service| service < environment.services.len()));
        if !there {
            return Err(at.wrong("something is planned for an environment or service that is not there"));
        }
        if planned.at > world.now.saturating_add(LATEST) {
            return Err(at.wrong("something is planned for later than a week after \"now\": it would not end"));
        }
    }
    Ok(())
}
