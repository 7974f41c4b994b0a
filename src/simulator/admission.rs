//! The gate: which requests are accepted, what is taken back, what a cancel acts on (law §3, §4).
//!
//! Decided here: a cancel on a service that waits as one of several in a request takes the service out of that request
//! ("canceled before it started"); the request goes on for the others, and is taken back when none is left.

use crate::lifecycle::cancel::Interruption;
use crate::lifecycle::rule::{allowed_on_environment, scope as exists};
use crate::lifecycle::{Action, Note, Queue, Refusal, RequestId, Scope, ServiceId};
use litemap::LiteMap;

use super::configuration::Version;
use super::deployment::Deployment;
use super::random;
use super::record::{Item, Outcome, Progress, Record};
use super::request::{Accepted, Actor, Order, Rejected};
use super::scene::{Scene, judge_item};
use super::service::Service;

/// The services a request takes in and leaves out, by their places, in the order of the environment.
type Sorted = Vec<(usize, Option<Version>, Result<Action, Refusal>)>;

impl Scene<'_> {
    /// Accepts a request, or says why not.
    pub fn request(&mut self, id: RequestId, order: &Order, actor: Actor) -> Result<Accepted, Rejected> {
        let sorted = self.sort(order)?;
        let skipped: Vec<(ServiceId, Refusal)> = sorted
            .iter()
            .filter_map(|(place, _, judged)| {
                let service = self.environment.services.get(*place)?;
                judged.as_ref().err().map(|refusal| (service.id, refusal.clone()))
            })
            .collect();
        if skipped.len() == sorted.len() {
            let only = (order.scope == Scope::Service).then(|| skipped.first().cloned()).flatten();
            return Err(match only {
                Some((_, refusal)) => Rejected::Refused(refusal),
                None => Rejected::NoneAllows { refusals: skipped },
            });
        }
        let record = self.record(id, order, actor, sorted);
        // A cancel of the environment is asked of its deployment: nobody else is left out of it.
        let whole_cancel = order.action == Action::Cancel && order.scope == Scope::Environment;
        let skipped = if whole_cancel { Vec::new() } else { skipped };
        let position = if order.action == Action::Cancel {
            self.run_cancel(record);
            0
        } else {
            self.enqueue(record)
        };
        Ok(Accepted { id, position, skipped })
    }

    /// Asks the rule for every service the order names.
    fn sort(&self, order: &Order) -> Result<Sorted, Rejected> {
        let (environment, provider) = (&*self.environment, self.environment.provider);
        let all = order.scope == Scope::Environment && order.items.is_empty();
        if order.scope == Scope::Environment {
            let services = environment.services_facts();
            allowed_on_environment(order.action, &environment.facts(), &services).map_err(Rejected::Refused)?;
        }
        let found = order.items.len();
        let expected = match (order.scope, order.action) {
            (Scope::Service, _) if found != 1 => Some("exactly one service"),
            (Scope::Subset, _) if found == 0 => Some("at least one service"),
            (Scope::Environment, Action::DeployLatest) => None,
            (Scope::Environment, _) if found > 0 => Some("no services: an action on the environment takes them all"),
            (Scope::Service | Scope::Subset | Scope::Environment, _) => None,
        };
        if let Some(expected) = expected {
            return Err(Rejected::WrongNumber { expected, found });
        }
        let chosen: LiteMap<ServiceId, Option<Version>> = order.items.iter().cloned().collect();
        let size = if all { environment.services.len() } else { chosen.len() };
        exists(order.action, order.scope, size).map_err(Rejected::Refused)?;
        let (mut sorted, mut known) = (Vec::with_capacity(size), 0);
        for (place, service) in environment.services.iter().enumerate() {
            let version = match chosen.get(&service.id) {
                Some(version) => {
                    known += 1;
                    version.clone()
                }
                None if all => None,
                None => continue,
            };
            let facts = service.facts(provider);
            let judged = judge_item((order.action, order.scope), size, version.is_some(), &facts);
            sorted.push((place, version, judged));
        }
        if known == chosen.len() {
            return Ok(sorted);
        }
        let is_here = |id: &ServiceId| environment.services.iter().any(|service| service.id == *id);
        chosen.keys().find(|id| !is_here(id)).map_or(Ok(sorted), |unknown| Err(Rejected::NoService(*unknown)))
    }

    fn record(&self, id: RequestId, order: &Order, actor: Actor, sorted: Sorted) -> Record {
        let items = sorted.into_iter().filter_map(|(place, chosen, judged)| {
            let service = self.environment.services.get(place)?;
            let refused = judged.is_err();
            Some(Item {
                service: service.id,
                place,
                action: *judged.as_ref().unwrap_or(&order.action),
                chosen,
                from: service.running.as_ref().and_then(|running| running.version.clone()),
                to: None,
                queued_at: None,
                building_at: None,
                deploying_at: None,
                canceling_at: None,
                ended_at: refused.then_some(self.now),
                status: None,
                outcome: if refused { Outcome::Skipped } else { Outcome::Accepted },
                note: judged.err().map(Note::Refused),
            })
        });
        Record {
            id,
            action: order.action,
            scope: order.scope,
            actor,
            force: order.force,
            accepted_at: self.now,
            started_at: None,
            ended_at: None,
            progress: Progress::Waiting,
            canceled_by: None,
            items: items.collect(),
        }
    }

    /// Starts the request, or lets it wait. Returns its place in the queue; 0: it has started.
    fn enqueue(&mut self, record: Record) -> usize {
        if self.environment.running.is_none() {
            self.start(record);
            return 0;
        }
        if let Some(queue) = record.action.queue() {
            for item in record.items.iter().filter(|item| item.outcome == Outcome::Accepted) {
                self.overlay(item.place, |service| service.waiting.push_back((record.id, queue)));
            }
        }
        self.environment.queue.push_back(record);
        self.touch();
        self.environment.queue.len()
    }

    fn overlay(&mut self, place: usize, change: impl FnOnce(&mut Service)) {
        if let Some(service) = self.environment.services.get_mut(place) {
            change(service);
            *self.revision += 1;
            service.revision = *self.revision;
        }
    }

    /// Takes a waiting request back. Whether it waited.
    pub fn take_back(&mut self, request: RequestId, actor: &Actor) -> bool {
        let Some(at) = self.environment.queue.iter().position(|record| record.id == request) else { return false };
        let Some(mut record) = self.environment.queue.remove(at) else { return false };
        for item in record.items.iter_mut().filter(|item| item.outcome == Outcome::Accepted) {
            item.outcome = Outcome::Canceled;
            item.note = Some(Note::TakenBack);
            item.ended_at = Some(self.now);
            self.overlay(item.place, |service| service.waiting.retain(|(waiting, _)| *waiting != request));
        }
        record.progress = Progress::TakenBack;
        record.ended_at = Some(self.now);
        record.canceled_by = Some(actor.clone());
        self.remember(record);
        true
    }

    /// Takes one service out of a waiting request; the request itself goes when nobody is left in it.
    fn withdraw(&mut self, place: usize, request: RequestId, actor: &Actor) {
        let Some(record) = self.environment.queue.iter_mut().find(|record| record.id == request) else { return };
        let others = record.items.iter().any(|item| item.place != place && item.outcome == Outcome::Accepted);
        if !others {
            self.take_back(request, actor);
            return;
        }
        for item in record.items.iter_mut().filter(|item| item.place == place) {
            item.outcome = Outcome::Canceled;
            item.note = Some(Note::CanceledBeforeStart);
            item.ended_at = Some(self.now);
        }
        self.overlay(place, |service| service.waiting.retain(|(waiting, _)| *waiting != request));
        self.touch();
    }

    /// A cancel does its work at once; what it set in motion is seen in the deployment.
    fn run_cancel(&mut self, mut record: Record) {
        let accepted = record.items.iter().filter(|item| item.outcome == Outcome::Accepted);
        let asked: Vec<usize> = accepted.map(|item| item.place).collect();
        let cancelable = self.environment.running.as_ref().is_some_and(Deployment::cancelable);
        let runs = self.environment.running.iter().flat_map(|running| &running.runs);
        let members: LiteMap<usize, ()> = runs.map(|run| (run.service, ())).collect();
        let whole = record.scope == Scope::Environment;
        let running = cancelable && (whole || asked.iter().any(|place| members.contains_key(place)));
        let canceled = if running { self.cancel(record.force, &record.actor) } else { Vec::new() };
        let effects: LiteMap<usize, Interruption> = canceled.into_iter().collect();
        for place in asked {
            // Both hold, part of the running deployment and a request of its own that waits: the running one wins.
            if running && (whole || members.contains_key(&place)) {
                continue;
            }
            let waiting = self.environment.services.get(place).and_then(|service| {
                service.waiting.iter().find(|(_, queue)| *queue == Queue::Deployment).map(|(request, _)| *request)
            });
            if let Some(request) = waiting {
                self.withdraw(place, request, &record.actor);
            }
        }
        if whole {
            record.items.retain(|item| effects.contains_key(&item.place));
        }
        for item in record.items.iter_mut().filter(|item| item.outcome == Outcome::Accepted) {
            item.ended_at = Some(self.now);
            item.outcome = Outcome::Done;
            if effects.get(&item.place) == Some(&Interruption::Ignores) {
                item.outcome = Outcome::Skipped;
                item.note = Some(Note::NotInterrupted);
            }
        }
        record.started_at = Some(self.now);
        record.ended_at = Some(self.now);
        record.progress = Progress::Succeeded;
        self.remember(record);
    }
}

/// The id of the `count`-th request of a world: a version 4 UUID, drawn from the seed.
pub(super) fn request_id(seed: u64, count: u64) -> RequestId {
    let high = random::mix(seed ^ random::mix(count));
    let low = random::mix(high ^ count);
    let value = u128::from(high) << 64 | u128::from(low);
    let value = value & !(0xf_u128 << 76) & !(0x3_u128 << 62);
    RequestId(value | 0x4_u128 << 76 | 0x2_u128 << 62)
}
