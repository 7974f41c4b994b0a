//! Whether state that was read hangs together: places that point somewhere, numbers that can be run.

use crate::backend::place::{At, Misplaced};
use crate::simulator::agenda::Happening;
use crate::simulator::rollout::MOST_PODS;
use crate::simulator::{Deployment, Environment, World};

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

/// Checks what is planned.
///
/// # Errors
/// Names the first thing planned for what is not there.
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
    }
    Ok(())
}
