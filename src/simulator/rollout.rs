//! The replacement of a service's pods, under way, and what happens to single pods meanwhile.
//!
//! Which step comes next `lifecycle::rolling` says; here the steps are done. Bounds (decided): a replacement is given
//! up when no pod gets ready for the first time within its patience, so it ends after finitely many steps, however
//! often its pods crash; an instance count above [`MOST_PODS`] is run as that many.

use std::cmp::Reverse;

use crate::lifecycle::rolling::{self, Pace, Sets, Step};
use crate::lifecycle::{Failure, ServiceId};

use super::agenda::Happening;
use super::configuration::Version;
use super::context::{Context, What};
use super::pod::{Pod, PodPhase};
use super::service::Service;
use super::world::Millis;

/// The most pods a service is given.
pub const MOST_PODS: u32 = 1_000;

/// How long a pod without room, or with a readiness probe that is not ok, waits for the next try.
const RETRY: Millis = 5_000;
/// The longest wait before a crashed pod is started again.
const LONGEST_BACKOFF: Millis = 300_000;

/// A replacement of pods, under way: who comes, how many, and until when the next step must be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rollout {
    /// The set that comes; every other one goes.
    pub coming: u32,
    /// The version of its pods.
    pub version: Option<Version>,
    /// How many pods it shall have.
    pub wanted: u32,
    /// All at once, or one by one.
    pub pace: Pace,
    /// How many pods there were when the replacement began.
    pub from: u32,
    /// The serial of the first pod that this replacement itself starts.
    pub first: u32,
    /// How long it waits for a pod, ms.
    pub patience: Millis,
    /// Until when the next pod must be ready, Unix ms.
    pub deadline: Millis,
}

/// What a pod's event means for the run of its service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PodNews {
    /// Nothing.
    Nothing,
    /// It got ready, or is ready no more: the replacement may go on.
    Readiness,
    /// It is gone.
    Removed,
}

/// Begins a replacement; [`drive`] then does what can be done at once.
pub(super) fn begin(
    service: &mut Service,
    context: &mut Context<'_>,
    (coming, version): (u32, Option<Version>),
    wanted: u32,
    pace: Pace,
    patience: Millis,
) {
    let alive = service.pods.iter().filter(|pod| pod.is_alive()).count();
    let deadline = context.now + patience;
    service.rollout = Some(Rollout {
        coming,
        version,
        wanted: wanted.min(MOST_PODS),
        pace,
        from: u32::try_from(alive).unwrap_or(u32::MAX),
        first: service.newest_pod + 1,
        patience,
        deadline,
    });
    context.deadline(service, deadline);
}

/// Does every step that can be done now. Whether the replacement is done; it is over then.
pub(super) fn drive(service: &mut Service, context: &mut Context<'_>) -> bool {
    let Some(rollout) = service.rollout.clone() else { return false };
    let mut sets = count(service, &rollout);
    loop {
        match rolling::next(rollout.pace, sets) {
            Step::Wait => return false,
            Step::Start => {
                sets.coming += 1;
                sets.starting += 1;
                start_pod(service, context, &rollout);
            }
            Step::Kill => {
                sets.leaving -= 1;
                // Of those that go, one that is not ready goes first: it serves nobody (decided).
                let leaving = service.pods.iter_mut().filter(|pod| pod.is_alive() && pod.set != rollout.coming);
                if let Some(pod) = leaving.min_by_key(|pod| (pod.is_ready(), pod.serial)) {
                    terminate(service.id, pod, context);
                }
                context.touch(service);
            }
            Step::Done => {
                service.rollout = None;
                service.ticket += 1;
                return true;
            }
        }
    }
}

fn count(service: &Service, rollout: &Rollout) -> Sets {
    let mut sets = Sets { from: rollout.from, wanted: rollout.wanted, coming: 0, starting: 0, leaving: 0 };
    for pod in service.pods.iter().filter(|pod| pod.is_alive()) {
        if pod.set != rollout.coming {
            sets.leaving += 1;
            continue;
        }
        sets.coming += 1;
        if pod.serial >= rollout.first && !pod.is_ready() {
            sets.starting += 1;
        }
    }
    sets
}

fn start_pod(service: &mut Service, context: &mut Context<'_>, rollout: &Rollout) {
    service.newest_pod += 1;
    let mut pod = Pod {
        serial: service.newest_pod,
        set: rollout.coming,
        version: rollout.version.clone(),
        phase: PodPhase::Pending,
        restarts: 0,
        since: context.now,
        ticket: 0,
    };
    place(service.id, &mut pod, context);
    service.pods.push(pod);
    extend(service, context.now);
    context.touch(service);
}

/// Gives the replacement under way its patience anew: there was progress.
fn extend(service: &mut Service, now: Millis) {
    if let Some(rollout) = &mut service.rollout {
        rollout.deadline = now + rollout.patience;
    }
}

/// Starts the pod if the cluster has room for it.
fn place(service: ServiceId, pod: &mut Pod, context: &mut Context<'_>) {
    let serial = u64::from(pod.serial) << 8 | u64::from(pod.restarts & 0xff);
    let (phase, wait) = if context.faults.no_capacity.hits(service) {
        (PodPhase::Pending, RETRY)
    } else {
        (PodPhase::Starting, context.between(service, What::PodStart, serial, 3_000, 8_000))
    };
    turn(pod, phase, context.now);
    context.pod(pod, wait);
}

fn turn(pod: &mut Pod, phase: PodPhase, now: Millis) {
    if pod.phase != phase {
        pod.phase = phase;
        pod.since = now;
    }
}

/// Removes a pod, politely: it takes a moment.
pub(super) fn terminate(service: ServiceId, pod: &mut Pod, context: &mut Context<'_>) {
    let wait = context.between(service, What::PodStop, u64::from(pod.serial), 1_000, 3_000);
    turn(pod, PodPhase::Terminating, context.now);
    context.pod(pod, wait);
}

/// Removes every pod that `which` names.
pub(super) fn terminate_all(service: &mut Service, context: &mut Context<'_>, which: impl Fn(&Pod) -> bool) {
    let id = service.id;
    for pod in service.pods.iter_mut().filter(|pod| pod.is_alive() && which(pod)) {
        terminate(id, pod, context);
    }
    context.touch(service);
}

/// Gives a replacement up: the pods it started that are not ready are in error, and stay so, for their logs.
pub(super) fn give_up(service: &mut Service, context: &mut Context<'_>) {
    let Some(rollout) = service.rollout.take() else { return };
    for pod in &mut service.pods {
        if pod.is_alive() && pod.set == rollout.coming && !pod.is_ready() {
            turn(pod, PodPhase::Error, context.now);
            pod.ticket += 1;
        }
    }
    service.ticket += 1;
    context.touch(service);
}

/// Gives a way back up: of the pods that are not ready, as many are removed as there are more than in the beginning,
/// those that never were ready first, then the newest: how often one has crashed is all one. Left there, the next run
/// would take them for what ran before, and each failure would add one.
pub(super) fn abandon(service: &mut Service, context: &mut Context<'_>) {
    let Some(rollout) = service.rollout.take() else { return };
    let alive = service.pods.iter().filter(|pod| pod.is_alive()).count();
    for _ in rollout.from as usize..alive {
        let unready = service.pods.iter_mut().filter(|pod| pod.is_alive() && !pod.is_ready());
        if let Some(pod) = unready.min_by_key(|pod| (pod.restarts > 0, Reverse(pod.serial))) {
            terminate(service.id, pod, context);
        }
    }
    service.ticket += 1;
    context.touch(service);
}

/// Why the pods that come are not ready.
pub(super) fn reason(service: &Service) -> Failure {
    let coming = service.rollout.as_ref().map(|rollout| rollout.coming);
    let unready = || service.pods.iter().filter(|pod| Some(pod.set) == coming && pod.is_alive() && !pod.is_ready());
    if unready().any(|pod| pod.phase == PodPhase::Pending) {
        Failure::Capacity
    } else if unready().any(|pod| pod.restarts > 0) {
        Failure::Crash
    } else {
        Failure::Readiness
    }
}

/// A pod goes on to its next phase.
pub(super) fn pod_event(service: &mut Service, context: &mut Context<'_>, serial: u32, ticket: u32) -> PodNews {
    let id = service.id;
    let Some(at) = service.pods.iter().position(|pod| pod.serial == serial && pod.ticket == ticket) else {
        return PodNews::Nothing;
    };
    let Some(pod) = service.pods.get_mut(at) else { return PodNews::Nothing };
    let which = u64::from(pod.serial) << 8 | u64::from(pod.restarts & 0xff);
    let news = match pod.phase {
        PodPhase::Terminating => {
            service.pods.remove(at);
            PodNews::Removed
        }
        PodPhase::Pending if context.faults.no_capacity.hits(id) => {
            context.pod(pod, RETRY);
            return PodNews::Nothing;
        }
        PodPhase::Pending | PodPhase::Error => {
            place(id, pod, context);
            PodNews::Nothing
        }
        PodPhase::Starting => {
            turn(pod, PodPhase::Running, context.now);
            let wait = context.between(id, What::Probe, which, 2_000, 6_000);
            context.pod(pod, wait);
            PodNews::Nothing
        }
        PodPhase::Running if context.faults.readiness_never_ok.hits(id) => {
            context.pod(pod, RETRY);
            return PodNews::Nothing;
        }
        PodPhase::Running => {
            turn(pod, PodPhase::Ready, context.now);
            let first_time = pod.restarts == 0;
            if context.faults.pod_crashes.hits(id) {
                doom(id, pod, context);
            }
            if first_time {
                extend(service, context.now);
            }
            PodNews::Readiness
        }
        PodPhase::Ready if !context.faults.pod_crashes.hits(id) => return PodNews::Nothing,
        PodPhase::Ready => {
            turn(pod, PodPhase::Error, context.now);
            pod.restarts += 1;
            let backoff = (10_000_i64 << pod.restarts.min(6)).min(LONGEST_BACKOFF);
            context.pod(pod, backoff);
            PodNews::Readiness
        }
    };
    context.touch(service);
    news
}

/// A ready pod will crash after a while.
pub(super) fn doom(service: ServiceId, pod: &mut Pod, context: &mut Context<'_>) {
    let which = u64::from(pod.serial) << 8 | u64::from(pod.restarts & 0xff);
    let wait = context.between(service, What::Crash, which, 20_000, 60_000);
    context.pod(pod, wait);
}

/// The planned happening of a pod's timer.
pub(super) fn timer(service: u32, pod: &Pod) -> Happening {
    Happening::Pod { service, pod: pod.serial, ticket: pod.ticket }
}
