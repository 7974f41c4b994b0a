//! A random world of the simulator, driven event by event, with every law asked at each.

use playhead::simulator::World;

use super::caught::caught;
use super::laws::{self, Violation, violated};
use super::sequences::{self, Allowed, Step, random_step, random_world};
use super::state::State;
use super::step::{Step as Kind, Taken};
use super::worlds::{Choice, DAY, HOME, ada, idle};

/// A failure: what was done, and the law that does not hold at its end.
pub struct Failure {
    pub steps: Vec<Step>,
    pub violation: Violation,
}

const MOST_STEPS: usize = 60;

/// The world of a seed.
pub fn world(seed: u64, allowed: Allowed) -> World {
    random_world(&mut Choice::new(seed), allowed)
}

/// What is broken where something panics: no law says it, all need it.
const PANICS: &str = "0. nothing panics";

fn without_panics(run: impl FnOnce() -> Result<(), Violation>) -> Result<(), Violation> {
    caught(run).unwrap_or_else(|what| Err(Violation { law: PANICS, what }))
}

/// Drives the world of a seed; the number of steps and events there were.
pub fn run(seed: u64, allowed: Allowed) -> Result<u64, Failure> {
    let (mut steps, mut count) = (Vec::new(), 0);
    let outcome = without_panics(|| drive(seed, allowed, &mut steps, &mut count));
    outcome.map_err(|violation| Failure { steps, violation })?;
    Ok(count)
}

fn drive(seed: u64, allowed: Allowed, steps: &mut Vec<Step>, count: &mut u64) -> Result<(), Violation> {
    let mut choice = Choice::new(seed);
    let mut state = State::new(random_world(&mut choice, allowed));
    for _ in 0..MOST_STEPS / 4 + choice.below(MOST_STEPS) {
        let step = random_step(&mut choice, &state.world, allowed);
        steps.push(step.clone());
        take(&mut state, &step, count)?;
    }
    finish(&mut state, count)?;
    again(seed, allowed, steps, &state.world)
}

/// Takes these steps in the world of a seed: the law that does not hold.
pub fn replay(seed: u64, allowed: Allowed, steps: &[Step]) -> Result<(), Violation> {
    without_panics(|| {
        let (mut state, mut count) = (State::new(world(seed, allowed)), 0);
        for step in steps {
            take(&mut state, step, &mut count)?;
        }
        finish(&mut state, &mut count)?;
        again(seed, allowed, steps, &state.world)
    })
}

fn take(state: &mut State, step: &Step, count: &mut u64) -> Result<(), Violation> {
    *count += 1;
    match step {
        Step::Ask(order) => {
            let (before, order) = (state.clone(), order.clone());
            let answer = state.world.request(HOME, order.clone(), ada());
            settled(&before, state, Kind::Ask(order), Some(answer))
        }
        Step::Pass(time) => pass(state, state.world.now + time, count),
        Step::TakeBack(_) | Step::Configure(..) | Step::Faults(_) => {
            let before = state.clone();
            sequences::take(&mut state.world, step, &mut |_| {});
            settled(&before, state, Kind::Passes, None)
        }
    }
}

fn pass(state: &mut State, to: i64, count: &mut u64) -> Result<(), Violation> {
    while let Some(at) = state.world.next_event().filter(|at| *at <= to) {
        *count += 1;
        let before = state.clone();
        state.world.advance(at);
        settled(&before, state, Kind::Passes, None)?;
    }
    state.world.advance(to);
    Ok(())
}

fn settled(before: &State, state: &mut State, step: Kind, answer: super::step::Answer) -> Result<(), Violation> {
    let mut taken = Taken::new(step, None, state.clone(), answer);
    laws::check(before, &mut taken)?;
    state.floors = taken.state.floors;
    Ok(())
}

/// Law 9.1: without further requests everything is over within a day.
fn finish(state: &mut State, count: &mut u64) -> Result<(), Violation> {
    let end = state.world.now + DAY;
    while !idle(&state.world) && state.world.now < end {
        let next = state.world.next_event().unwrap_or(end);
        pass(state, next, count)?;
    }
    if idle(&state.world) { Ok(()) } else { violated(1, "a day later something still runs or waits".into()) }
}

/// Law 9.8: after a restart the recorded requests make the same world, however time was cut.
fn again(seed: u64, allowed: Allowed, steps: &[Step], expected: &World) -> Result<(), Violation> {
    let mut world = world(seed, allowed);
    for step in steps {
        match step {
            Step::Ask(order) => drop(world.request(HOME, order.clone(), ada())),
            Step::Pass(time) => world.advance(world.now + time),
            Step::TakeBack(_) | Step::Configure(..) | Step::Faults(_) => {
                sequences::take(&mut world, step, &mut |_| {});
            }
        }
    }
    world.advance(expected.now);
    if world.environments == expected.environments {
        Ok(())
    } else {
        violated(8, "the recorded requests make another world".into())
    }
}
