//! What the plan says before is what the record says after, when nothing else happens.

use playhead::lifecycle::plan::{Effect, effect};
use playhead::lifecycle::{Action, Note, Status};
use playhead::simulator::{Faults, Item, Outcome, Service, World};

use super::sequences::{Allowed, random_order, random_step, random_world, take};
use super::worlds::{Choice, HOME, ada, home, idle, sets, settle};

/// A world with a past, in which all is over and no fault is on.
fn grown(choice: &mut Choice, allowed: Allowed) -> World {
    let mut world = random_world(choice, allowed);
    for _ in 0..choice.below(40) {
        let step = random_step(choice, &world, allowed);
        take(&mut world, &step, &mut |_| {});
    }
    world.set_faults(Faults::default());
    settle(&mut world);
    world
}

/// Compares one plan of a seed with what comes of it. Whether there was one: the order was accepted.
pub fn run(seed: u64, allowed: Allowed) -> Result<bool, String> {
    let mut choice = Choice::new(seed);
    let mut world = grown(&mut choice, allowed);
    let order = random_order(&mut choice, &world);
    if order.action == Action::Cancel {
        return Ok(false);
    }
    let before = world.clone();
    let Ok(accepted) = world.request(HOME, order.clone(), ada()) else { return Ok(false) };
    settle(&mut world);
    debug_assert!(idle(&world));
    let record = home(&world).record(accepted.id).expect("it is remembered");
    for item in &record.items {
        let (then, now) = (&home(&before).services[item.place], &home(&world).services[item.place]);
        let chosen = order.items.iter().any(|(id, version)| *id == then.id && version.is_some());
        // An item of a selection that names a version is Deploy other version (law §8).
        if chosen && order.action != Action::DeployVersion && order.action != Action::DeployLatest {
            continue;
        }
        let provider = home(&before).provider;
        let facts = then.facts(provider);
        let planned = effect(order.action, order.scope, record.items.len(), &facts, then.sync(), then.up);
        let skipped = item.outcome == Outcome::Skipped;
        let agrees = match &planned {
            Err(refusal) => skipped && item.note == Some(Note::Refused(refusal.clone())),
            Ok(effect) => !skipped && agrees(*effect, item, then, now),
        };
        if !agrees {
            return Err(format!(
                "{order:?}: {} is planned {planned:?}, and came to {item:?}\nbefore: {then:#?}",
                then.name
            ));
        }
    }
    Ok(true)
}

fn agrees(effect: Effect, item: &Item, then: &Service, now: &Service) -> bool {
    let untouched = matches!(item.note, Some(Note::NothingChanged { .. }));
    let done = item.outcome == Outcome::Done && item.note.is_none();
    match effect {
        Effect::FirstDeployment => done && now.status == Status::Deployed && then.status == Status::Ready,
        Effect::Starts | Effect::Applies => done && now.up && now.running.as_ref() == Some(&now.desired),
        Effect::NothingChanges => untouched && sets(then) == sets(now),
        // The version that is picked may be the one that runs.
        Effect::DeploysVersion => (done || untouched) && now.running.as_ref() == Some(&now.desired),
        Effect::Stops | Effect::Pauses | Effect::Unschedules | Effect::RunsStopCommand => {
            done && now.status == Status::Stopped && sets(now).is_empty()
        }
        Effect::Restarts => done && now.status == Status::Restarted && sets(then).len() == sets(now).len(),
        Effect::Canceled => false,
    }
}
