//! What must always hold (law §9), said of one step at a time.
//!
//! A law over a whole deployment is told as what each of its steps may change: what never changes in any step has not
//! changed in the end either. So nothing has to be remembered but the ready pods there have to be (`State::floors`).

use std::collections::BTreeSet;

use playhead::lifecycle::rollup::environment_status;
use playhead::lifecycle::rule::{allowed, allowed_in_environment, allowed_in_subset, allowed_on_environment};
use playhead::lifecycle::{Action, Kind, Note, RequestId, Scope, ServiceId, Status};
use playhead::simulator::deployment::{Phase, Run};
use playhead::simulator::{Configuration, Item, Order, Outcome, Pod, PodPhase, Progress, Record, Service, World};

use super::setup::home;
use super::state::State;
use super::step::{Step, Taken, something_is_due};

/// The laws by their names, in the order of §9.
pub const LAWS: [&str; 8] = [
    "1. every run ends in a final status",
    "2. exactly what the rule allows is accepted",
    "3. a replacement never has too few ready pods",
    "4. a cancel puts back what it interrupts, and changes nothing else",
    "5. an unforced cancel interrupts no executing job",
    "6. one deployment at a time, in order, nothing lost or run twice",
    "7. the environment's status follows from its services'",
    "8. the same steps give the same history",
];

/// A law that does not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    pub law: &'static str,
    pub what: String,
}

/// That a law does not hold.
pub fn violated<T>(number: usize, what: String) -> Result<T, Violation> {
    Err(Violation { law: LAWS[number - 1], what })
}

fn must(number: usize, holds: bool, what: impl FnOnce() -> String) -> Result<(), Violation> {
    if holds { Ok(()) } else { violated(number, what()) }
}

/// Whether every law holds for this step. What the laws remember is brought up to date in `taken`.
pub fn check(before: &State, taken: &mut Taken) -> Result<(), Violation> {
    if let (Step::Ask(order), Some(answer)) = (&taken.step, &taken.answer) {
        accepts_what_the_rule_allows(&before.world, order, answer.is_ok(), &taken.state.world)?;
    }
    if taken.refused() {
        return Ok(());
    }
    remember(before, taken);
    check_state(&taken.state)?;
    enough_are_ready(&taken.state)?;
    for place in 0..home(&before.world).services.len() {
        Part::of(before, taken, place).check()?;
    }
    jobs_are_not_interrupted(before, taken)?;
    queue_keeps_its_order(before, taken)
}

/// What holds in every state by itself.
pub fn check_state(state: &State) -> Result<(), Violation> {
    let environment = home(&state.world);
    let runs = environment.running.is_some();
    must(1, runs || environment.queue.is_empty(), || "a request waits, and nothing runs".into())?;
    must(1, !runs || something_is_due(&state.world), || "a deployment runs, and nothing of it is planned".into())?;
    for (place, service) in environment.services.iter().enumerate() {
        let run = environment.running.as_ref().zip(service.run).and_then(|(running, run)| running.runs.get(run));
        let takes_part = run.is_some_and(|run| run.service == place && run.phase != Phase::Ended);
        // What this program does not do, it does not end either (law §2).
        let ours = !matches!(service.status, Status::Deleting | Status::DeleteQueued | Status::Unknown(_));
        must(1, !ours || service.status.in_progress() == takes_part, || {
            let part = if takes_part { "takes part" } else { "takes no part" };
            format!("{} is {:?} and {part} in the running deployment", service.name, service.status)
        })?;
        let waiting: Vec<RequestId> = service.waiting.iter().map(|(id, _)| *id).collect();
        let waits =
            |record: &&Record| record.items.iter().any(|item| item.place == place && item.outcome == Outcome::Accepted);
        let queued: Vec<RequestId> = environment.queue.iter().filter(waits).map(|record| record.id).collect();
        must(6, waiting == queued, || format!("{} waits for {waiting:?}, in the queue are {queued:?}", service.name))?;
    }
    let mut shown: Vec<Status> = environment.services.iter().map(Service::shown).collect();
    let status = environment_status(&shown);
    shown.reverse();
    must(7, environment.status() == status && environment_status(&shown) == status, || {
        format!("it is {:?}, and {status:?} by its services", environment.status())
    })
}

/// Whether the rule allows an order.
pub fn rule_allows(world: &World, order: &Order) -> bool {
    let environment = home(world);
    let named: BTreeSet<ServiceId> = order.items.iter().map(|(service, _)| *service).collect();
    let all = environment.services_facts();
    let mut chosen = environment.services.iter().zip(&all).filter(|(service, _)| named.contains(&service.id));
    let version = |service: &Service| order.items.iter().any(|(id, version)| *id == service.id && version.is_some());
    let whole = || allowed_on_environment(order.action, &environment.facts(), &all).is_ok();
    match order.scope {
        Scope::Service => chosen.any(|(_, facts)| allowed(order.action, facts).is_ok()),
        Scope::Subset => chosen.any(|(service, facts)| match order.action {
            Action::Deploy | Action::Redeploy if version(service) => allowed(Action::DeployVersion, facts).is_ok(),
            action => allowed_in_subset(action, named.len(), facts).is_ok(),
        }),
        Scope::Environment if named.is_empty() => whole(),
        Scope::Environment => whole() && chosen.any(|(_, facts)| allowed_in_environment(order.action, facts).is_ok()),
    }
}

fn accepts_what_the_rule_allows(before: &World, order: &Order, accepted: bool, after: &World) -> Result<(), Violation> {
    let expected = rule_allows(before, order);
    must(2, accepted == expected, || format!("{order:?}: the rule says {expected}, the answer is {accepted}"))?;
    let same = || {
        before.environments == after.environments
            && (before.revision, before.requests) == (after.revision, after.requests)
            && before.agenda.planned() == after.agenda.planned()
    };
    must(2, accepted || same(), || format!("{order:?}: refused, and yet something changed"))
}

/// How many must be ready: the smaller of what there was when a replacement began and what there shall be. A pod that
/// fails by itself lowers it: what is left must stay.
fn remember(before: &State, taken: &mut Taken) {
    let State { world, floors, .. } = &mut taken.state;
    let environment = home(world);
    for (place, service) in environment.services.iter().enumerate() {
        let replaces = matches!(service.status, Status::Deploying | Status::Canceling | Status::Restarting)
            && service.running.is_some()
            && service.up
            && service.has_pods();
        let run = environment.running.as_ref().zip(service.run).and_then(|(running, run)| running.runs.get(run));
        floors[place] = run.filter(|_| replaces).map(|run| {
            let had = home(&before.world).services[place].ready_pods();
            let wanted = run.captured.as_ref().map_or(had, |wanted| wanted.min_instances as usize);
            let floor = before.floors[place].unwrap_or(had.min(wanted));
            match taken.step {
                Step::Crash { service: crashed, .. } if crashed == place => floor.min(service.ready_pods()),
                Step::Passes if has_failed(&home(&before.world).services[place], service) => {
                    floor.min(service.ready_pods())
                }
                _ => floor,
            }
        });
    }
}

/// Whether a pod that was ready is in error.
fn has_failed(before: &Service, after: &Service) -> bool {
    let was_ready = |pod: &Pod| before.pods.iter().any(|then| then.serial == pod.serial && then.is_ready());
    after.pods.iter().any(|pod| pod.phase == PodPhase::Error && was_ready(pod))
}

fn enough_are_ready(state: &State) -> Result<(), Violation> {
    for (service, floor) in home(&state.world).services.iter().zip(&state.floors) {
        let ready = service.ready_pods();
        must(3, floor.is_none_or(|floor| ready >= floor), || {
            format!("{}: {ready} ready, {floor:?} at least: {:?}", service.name, service.pods)
        })?;
    }
    Ok(())
}

/// What a service runs: the alive pods with their sets, whether it is up, and its running configuration.
type Runs<'a> = (Vec<(u32, Option<&'a str>)>, bool, Option<&'a Configuration>);

fn runs(service: &Service) -> Runs<'_> {
    let alive = service.pods.iter().filter(|pod| pod.is_alive());
    let mut sets: Vec<_> = alive.map(|pod| (pod.set, pod.version.as_ref().map(|version| &*version.0))).collect();
    sets.sort_unstable();
    (sets, service.up, service.running.as_ref())
}

/// One service's part in a step.
struct Part<'a> {
    before: &'a Service,
    after: &'a Service,
    /// Its run, while it is not over.
    was: Option<&'a Run>,
    is: Option<&'a Run>,
    /// Its line in the record, while that goes on.
    line: Option<&'a Item>,
    /// Its line in the record of the deployment it took part in, if that is over now.
    ended: Option<&'a Item>,
}

impl Part<'_> {
    fn of<'a>(before: &'a State, taken: &'a Taken, place: usize) -> Part<'a> {
        let (then, now) = (home(&before.world), home(&taken.state.world));
        let (was_in, is_in) = (then.running.as_ref(), now.running.as_ref());
        let was = was_in.zip(then.services[place].run).and_then(|(running, run)| running.runs.get(run));
        let same = was_in.zip(is_in).is_some_and(|(was, is)| was.record.id == is.record.id);
        let is = is_in.zip(now.services[place].run).filter(|_| same).and_then(|(running, run)| running.runs.get(run));
        let over = was_in.filter(|_| was.is_some() && is.is_none()).and_then(|was| now.record(was.record.id));
        let ended = over.zip(was).and_then(|(record, run)| record.items.get(run.item));
        let line = is_in.zip(is).and_then(|(running, run)| running.record.items.get(run.item));
        Part { before: &then.services[place], after: &now.services[place], was, is, line, ended }
    }

    fn check(&self) -> Result<(), Violation> {
        let (then, now) = (runs(self.before), runs(self.after));
        let name = &self.after.name;
        let changed = || format!("{name} ran {then:?} before, and runs {now:?}");
        let Some(was) = self.was else {
            return must(4, then == now, || format!("{}, without a run", changed()));
        };
        let goes_on = self.is.is_some_and(|is| is.phase == Phase::Queued);
        let begun = |item: &Item| item.building_at.or(item.deploying_at).is_some();
        if was.phase == Phase::Queued && (goes_on || self.ended.is_some_and(|item| !begun(item))) {
            return self.was_not_reached(was, then == now).and_then(|()| must(4, self.is_not_touched(), changed));
        }
        if let Some(is) = self.is {
            must(4, was.phase == Phase::Queued || was.before == is.before, || format!("{name} forgot what it ran"))?;
            must(4, was.phase != Phase::Queued || self.knows_what_it_ran(is), || {
                format!("{name} takes {:?} for what it ran; it was {then:?}", is.before)
            })?;
        }
        let line = self.ended.or(self.line);
        must(4, then == now || line.is_none_or(|item| item.deploying_at.is_some()), || {
            format!("{}, and has not gone to the cluster", changed())
        })?;
        let done = self.ended.is_some_and(|item| item.outcome == Outcome::Done);
        must(4, done || (then.1, then.2) == (now.1, now.2), || format!("{}, and is not done", changed()))?;
        self.ended.map_or(Ok(()), |item| self.has_ended(was, item))
    }

    /// Its run did not begin.
    fn was_not_reached(&self, was: &Run, same: bool) -> Result<(), Violation> {
        let name = &self.after.name;
        let Some(item) = self.ended else { return Ok(()) };
        must(4, same && item.status.as_ref() == Some(&was.had), || {
            format!("{name} was not reached, and is {:?}; it was {:?}", item.status, was.had)
        })
    }

    fn is_not_touched(&self) -> bool {
        runs(self.before) == runs(self.after)
    }

    fn knows_what_it_ran(&self, is: &Run) -> bool {
        let (pods, ..) = runs(self.before);
        let one_set = pods.iter().all(|pod| Some(pod) == pods.first());
        let first = pods.first();
        is.before.pods as usize == pods.len()
            && (!one_set
                || first.is_none_or(|(set, version)| {
                    *set == is.before.set && *version == is.before.version.as_ref().map(|version| &*version.0)
                }))
    }

    fn has_ended(&self, was: &Run, item: &Item) -> Result<(), Violation> {
        let (name, (now, ..)) = (&self.after.name, runs(self.after));
        // A run that begins and ends in one step has changed nothing: what it had is what there is.
        let before = if was.phase == Phase::Queued { None } else { Some(&was.before) };
        // What never went to the cluster has changed nothing there, whatever was there before.
        let is_back = item.deploying_at.is_none()
            || before.is_none_or(|before| {
                let version = before.version.as_ref().map(|version| &*version.0);
                now.len() == before.pods as usize
                    && now.iter().all(|(set, of)| *set == before.set && (*of == version || now.is_empty()))
            });
        let restored = match (item.outcome, &item.note) {
            (Outcome::Canceled, _) => true,
            (Outcome::Failed, Some(Note::Failed(_))) => matches!(was.phase, Phase::Restoring(_)),
            (Outcome::Failed, note) => {
                must(4, note.is_some(), || format!("{name} failed, and does not say why"))?;
                false
            }
            (Outcome::Accepted | Outcome::Skipped | Outcome::Done, _) => false,
        };
        must(4, !restored || is_back, || format!("{name} ran {:?} before, and has {now:?}", was.before))
    }
}

fn jobs_are_not_interrupted(before: &State, taken: &Taken) -> Result<(), Violation> {
    let forced = matches!(&taken.step, Step::Ask(order) if order.action == Action::Cancel && order.force);
    let cancel = matches!(&taken.step, Step::Ask(order) if order.action == Action::Cancel);
    for (then, now) in home(&before.world).services.iter().zip(&home(&taken.state.world).services) {
        if then.kind != Kind::LifecycleJob || then.status != Status::Deploying || forced {
            continue;
        }
        must(5, now.status != Status::Canceling && (!cancel || now.status == Status::Deploying), || {
            format!("{} was executing, and is {:?}", now.name, now.status)
        })?;
    }
    Ok(())
}

fn queue_keeps_its_order(before: &State, taken: &Taken) -> Result<(), Violation> {
    let (then, now) = (home(&before.world), home(&taken.state.world));
    let line = |of: &playhead::simulator::Environment| -> Vec<RequestId> {
        of.running.iter().map(|running| running.record.id).chain(of.queue.iter().map(|record| record.id)).collect()
    };
    let mut expected = line(then);
    if let (Step::Ask(order), Some(Ok(accepted))) = (&taken.step, &taken.answer) {
        if order.action == Action::Cancel {
            let own = now.history.iter().filter(|record| record.id == accepted.id);
            must(6, own.count() == 1, || "the cancel is not in the history once".into())?;
        } else {
            expected.push(accepted.id);
        }
    }
    let over: Vec<&Record> = now.history.iter().filter(|record| expected.contains(&record.id)).collect();
    for record in &over {
        is_complete(record)?;
        // Whoever was not taken back has had its turn: it was the first in line.
        let first = expected.first() == Some(&record.id);
        must(6, first || record.progress == Progress::TakenBack, || format!("{record:?} was over before its turn"))?;
        expected.retain(|id| *id != record.id);
    }
    let real = line(now);
    must(6, real == expected, || format!("in line are {real:?}; after {over:?} it should be {expected:?}"))?;
    match (&then.running, &now.running) {
        (Some(was), Some(is)) if was.record.id == is.record.id => {
            let again =
                was.runs.iter().zip(&is.runs).any(|(was, is)| was.phase == Phase::Ended && is.phase != was.phase);
            must(6, !again && was.runs.len() == is.runs.len(), || "a run has begun again".into())
        }
        _ => Ok(()),
    }
}

/// A record that is over says of each of its services how that went.
fn is_complete(record: &Record) -> Result<(), Violation> {
    must(1, record.progress.ended() && record.ended_at.is_some(), || format!("{record:?} is in the history"))?;
    for item in &record.items {
        let told = item.outcome == Outcome::Done || item.note.is_some();
        let status =
            item.status.as_ref().is_none_or(|status| !status.in_progress() || item.outcome == Outcome::Skipped);
        must(1, item.outcome != Outcome::Accepted && told && status, || format!("{item:?} does not say how it went"))?;
    }
    Ok(())
}
