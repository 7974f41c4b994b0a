//! What the plan says before is what the record says after, when nothing else happens.

use playhead::client::meaning;
use playhead::lifecycle::cancel::{Interruption, interruption};
use playhead::lifecycle::plan::{Effect, effect};
use playhead::lifecycle::{Action, Note, Scope, ServiceFacts, ServiceId, Status, allowed};
use playhead::simulator::deployment::Phase;
use playhead::simulator::{Faults, Item, Order, Outcome, Pod, Service, World};

use super::caught::caught;
use super::sequences::{Allowed, Step, random_order, random_step, random_world, take};
use super::worlds::{Choice, HOME, ada, home, idle, sets, settle};

/// Compares one plan of a seed with what comes of it, in a world with a past. Whether there was one: the order was
/// accepted. Else the steps, of which the last is the order, and why.
pub fn run(seed: u64, allowed: Allowed) -> Result<bool, (Vec<Step>, String)> {
    let mut steps = Vec::new();
    let outcome = caught(|| {
        let mut choice = Choice::new(seed);
        let mut world = random_world(&mut choice, allowed);
        for _ in 0..choice.below(40) {
            let step = random_step(&mut choice, &world, allowed);
            steps.push(step.clone());
            take(&mut world, &step, &mut |_| {});
        }
        // A cancel is planned in the middle of it, as it comes.
        let busy = home(&world).running.as_ref().is_some_and(|running| running.cancelable());
        let order = if busy && choice.once_in(2) {
            random_cancel(&mut choice, &world)
        } else {
            random_order(&mut choice, &world)
        };
        steps.push(Step::Ask(order.clone()));
        compare(world, order)
    });
    outcome.unwrap_or_else(Err).map_err(|why| (steps, why))
}

/// The same with these steps: whether the plan agrees with what comes of it.
pub fn replay(seed: u64, allowed: Allowed, steps: &[Step]) -> Result<bool, String> {
    let (order, past) = match steps.split_last() {
        Some((Step::Ask(order), past)) => (Some(order), past),
        // The past itself has failed.
        Some(_) | None => (None, steps),
    };
    let outcome = caught(|| {
        let mut world = random_world(&mut Choice::new(seed), allowed);
        for step in past {
            take(&mut world, step, &mut |_| {});
        }
        order.map_or(Ok(false), |order| compare(world, order.clone()))
    });
    outcome.unwrap_or_else(Err)
}

fn random_cancel(choice: &mut Choice, world: &World) -> Order {
    let service = home(world).services[choice.below(home(world).services.len())].id;
    let order =
        if choice.once_in(2) { Order::environment(Action::Cancel) } else { Order::service(Action::Cancel, service) };
    if choice.once_in(2) { order.forced() } else { order }
}

fn compare(mut world: World, order: Order) -> Result<bool, String> {
    world.set_faults(Faults::default());
    if order.action == Action::Cancel {
        return compare_cancel(world, &order);
    }
    settle(&mut world);
    let before = world.clone();
    let Ok(accepted) = world.request(HOME, order.clone(), ada()) else { return Ok(false) };
    settle(&mut world);
    debug_assert!(idle(&world));
    let record = home(&world).record(accepted.id).expect("it is remembered");
    let all = order.scope == Scope::Environment && order.items.is_empty();
    let size = if all { home(&before).services.len() } else { record.items.len() };
    for (place, then) in home(&before).services.iter().enumerate() {
        let named = order.items.iter().find(|(id, _)| *id == then.id);
        // Deploy latest version names versions of some; it takes in them alone.
        if !all && named.is_none() {
            continue;
        }
        let now = &home(&world).services[place];
        let Some(item) = record.items.iter().find(|item| item.service == then.id) else {
            return Err(format!("{order:?} takes {} in, and its record does not say what became of it", then.name));
        };
        // An item of a selection that names a version is Deploy other version (law §8).
        let chosen = named.is_some_and(|(_, version)| version.is_some());
        if chosen && order.action != Action::DeployVersion && order.action != Action::DeployLatest {
            continue;
        }
        let planned = effect(order.action, order.scope, size, &facts(then, &before), then.sync(), is_up(then));
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

/// What a client reads of it, by the words it reads it with.
fn facts(service: &Service, world: &World) -> ServiceFacts {
    let any = service.pods.iter().any(Pod::is_alive);
    let pods = meaning::pods(Some(service.up), &service.running_status(), any);
    ServiceFacts { pods, ..service.facts(home(world).provider) }
}

fn is_up(service: &Service) -> bool {
    meaning::is_up(Some(service.up), service.kind, &service.running_status(), &service.status)
}

/// Of each service of the deployment that is canceled: what the cancel says it does to it is what its record says after.
fn compare_cancel(mut world: World, order: &Order) -> Result<bool, String> {
    let before = world.clone();
    let offered = order.items.first().map(|(id, _)| {
        let service = before.service(*id).expect("it exists");
        allowed(Action::Cancel, &facts(service, &before))
    });
    let accepted = world.request(HOME, order.clone(), ada()).is_ok();
    if let Some(offered) = offered.filter(|offered| order.scope == Scope::Service && offered.is_ok() != accepted) {
        return Err(format!("{order:?} is {offered:?} by the rule; it was accepted: {accepted}"));
    }
    let Some(running) = home(&before).running.as_ref().filter(|running| accepted && running.cancelable()) else {
        return Ok(false);
    };
    let in_it = |id: ServiceId| home(&before).services.iter().any(|service| service.id == id && service.run.is_some());
    if order.scope != Scope::Environment && !order.items.iter().any(|(id, _)| in_it(*id)) {
        return Ok(false);
    }
    settle(&mut world);
    let record = home(&world).record(running.record.id).expect("it is remembered");
    for run in &running.runs {
        let then = &home(&before).services[run.service];
        let (was, Some(is)) = (&running.record.items[run.item], record.items.get(run.item)) else {
            return Err(format!("{} is missing in {record:?}", then.name));
        };
        let over = run.phase == Phase::Ended;
        let planned = if over { Interruption::Stays } else { interruption(then.kind, &then.status, order.force) };
        let agrees = match planned {
            Interruption::NotStarted => is.outcome == Outcome::Canceled && is.status.as_ref() == Some(&run.had),
            Interruption::RollsBack | Interruption::UnderWay => {
                is.outcome == Outcome::Canceled || is.note == Some(Note::RollbackFailed)
            }
            Interruption::Ignores => matches!(is.outcome, Outcome::Done | Outcome::Failed),
            Interruption::Forced => is.outcome == Outcome::Canceled && is.note == Some(Note::Forced),
            Interruption::Stays => over && was == is,
        };
        if !agrees {
            return Err(format!("{order:?}: {} is planned {planned:?}, was {was:?}, and came to {is:?}", then.name));
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
