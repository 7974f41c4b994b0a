//! What was visited: every cell of the law's table for every kind, and every fault in every phase of a run.
//!
//! A search that misses some of it proves nothing about it, so it fails; what cannot be reached is listed with its
//! reason, and fails when it is reached.

use std::collections::BTreeMap;
use std::fmt::Write;

use playhead::lifecycle::{Action, Scope, ServiceId, Status};
use playhead::simulator::Service;
use playhead::simulator::deployment::Phase;

use super::setup::{Setup, Sort, home};
use super::state::State;
use super::step::{Fault, Step, Taken};

/// The phases of a run, and no run.
const PHASES: [&str; 9] =
    ["idle", "queued", "building", "built", "deploying", "restoring", "canceling", "stopping", "restarting"];

/// The columns of the table: all that can be asked of a service, alone or as one of its environment.
const COLUMNS: [Action; 7] = Action::ALL;

/// A name that no version knows.
pub const STRANGE: &str = "SUSPENDED";

#[derive(Default)]
pub struct Coverage {
    cells: BTreeMap<(Sort, Status, Action, Scope), u64>,
    faults: BTreeMap<(Fault, &'static str), u64>,
}

fn phase(state: &State, service: &Service) -> &'static str {
    let running = home(&state.world).running.as_ref();
    let run = running.zip(service.run).and_then(|(running, run)| running.runs.get(run));
    match run.map(|run| run.phase) {
        None | Some(Phase::Ended) => PHASES[0],
        Some(Phase::Queued) => PHASES[1],
        Some(Phase::Building) => PHASES[2],
        Some(Phase::Built) => PHASES[3],
        Some(Phase::Deploying) => PHASES[4],
        Some(Phase::Restoring(_)) => PHASES[5],
        Some(Phase::Canceling) => PHASES[6],
        Some(Phase::Stopping) => PHASES[7],
        Some(Phase::Restarting) => PHASES[8],
    }
}

/// Why a service of this sort is never seen in this status; `None`: it has to be.
pub fn unreachable(sort: Sort, status: &Status) -> Option<&'static str> {
    let foreign = matches!(
        status,
        Status::DeleteQueued | Status::Deleting | Status::Deleted | Status::DeleteError | Status::Unknown(_)
    );
    if sort == Sort::Other && !foreign && *status != Status::Ready {
        return Some("a kind that is not known refuses every action, so it stays as it was found");
    }
    match status {
        Status::Building | Status::BuildError if !sort.builds() => Some("nothing is built that does not come from git"),
        Status::RestartQueued | Status::Restarting | Status::Restarted | Status::RestartError
            if !sort.kind().keeps_pods_up() =>
        {
            Some("only what keeps pods up is restarted")
        }
        Status::StopQueued | Status::Stopping | Status::Stopped | Status::StopError
            if matches!(sort, Sort::ManagedRedis | Sort::ManagedElsewhere) =>
        {
            Some("this managed database cannot be paused")
        }
        _ => None,
    }
}

/// Why this fault never changes what is asked or happens in this phase; `None`: it has to.
fn no_fault(fault: Fault, phase: &str) -> Option<&'static str> {
    match (fault, phase) {
        (Fault::BuildFails | Fault::PushFails, "building") => None,
        (Fault::BuildFails | Fault::PushFails, _) => Some("it is looked at when a build is over"),
        (Fault::StopFails, "queued" | "stopping") => None,
        (Fault::StopFails, _) => Some("it is looked at when a stop begins, and when it is over"),
        (Fault::RestartFails, "queued") => None,
        (Fault::RestartFails, _) => Some("it is looked at when a restart begins"),
        (_, "built") => {
            Some("what waits with its image built is seen where there is one slot, and there are jobs only")
        }
        // Pods that there are start, probe and crash whatever their service is in.
        (Fault::ReadinessNeverOk | Fault::PodCrashes | Fault::NoCapacity, _) => None,
    }
}

impl Coverage {
    /// Notes what a state shows, and what was done in it.
    pub fn see(&mut self, setup: &Setup, state: &State, taken: &[Taken]) {
        let services = &home(&state.world).services;
        let asked = |action: Action, scope: Scope, service: &Service| {
            taken.iter().any(|taken| match &taken.step {
                Step::Ask(order) if order.action == action && order.scope == scope => {
                    let named = |id: ServiceId| order.items.iter().any(|(item, _)| *item == id);
                    named(service.id) || (order.scope == Scope::Environment && order.items.is_empty())
                }
                _ => false,
            })
        };
        for ((sort, ..), service) in setup.services.iter().zip(services) {
            for action in COLUMNS {
                for scope in Scope::ALL.into_iter().filter(|scope| asked(action, *scope, service)) {
                    *self.cells.entry((*sort, service.shown(), action, scope)).or_default() += 1;
                }
            }
        }
        for taken in taken {
            // One that is on for all is on for each by itself too: there it is seen whose step it changes.
            let Some((fault, Some(place))) = taken.fault.filter(|_| !taken.same) else { continue };
            *self.faults.entry((fault, phase(state, &services[place]))).or_default() += 1;
        }
    }

    /// The tables, and what is wrong with them.
    pub fn report(&self) -> (String, Vec<String>) {
        let (mut text, mut wrong) = (String::new(), Vec::new());
        self.report_cells(&mut text, &mut wrong);
        self.report_faults(&mut text, &mut wrong);
        (text, wrong)
    }

    fn report_cells(&self, text: &mut String, wrong: &mut Vec<String>) {
        let statuses: Vec<Status> = Status::KNOWN.into_iter().chain([Status::from_name(STRANGE)]).collect();
        let _ =
            writeln!(text, "shown status × action, by kind: in how many states each was asked, summed over the scopes");
        for sort in Sort::ALL {
            let head = COLUMNS.map(|action| format!("{:>15}", action.name())).concat();
            let _ = writeln!(text, "\n{:<20}{head}", format!("{sort:?}"));
            for status in &statuses {
                let of = |action, scope| self.cells.get(&(sort, status.clone(), action, scope)).copied().unwrap_or(0);
                let count = |action: Action| Scope::ALL.map(|scope| of(action, scope)).iter().sum::<u64>();
                let row = COLUMNS.map(|action| format!("{:>15}", count(action))).concat();
                let reason = unreachable(sort, status);
                let _ = writeln!(text, "{:<20}{row}  {}", status.name(), reason.unwrap_or_default());
                for action in COLUMNS {
                    for scope in Scope::ALL {
                        match (of(action, scope), reason) {
                            (0, None) => wrong.push(format!(
                                "{sort:?} {} {} ({scope:?}): never asked",
                                status.name(),
                                action.name()
                            )),
                            (1.., Some(reason)) => {
                                wrong.push(format!("{sort:?} {} was reached, though {reason}", status.name()));
                            }
                            _ => {}
                        }
                    }
                }
            }
        }
    }

    fn report_faults(&self, text: &mut String, wrong: &mut Vec<String>) {
        let _ = writeln!(
            text,
            "\nfault × phase: how often what was asked or happened in it came to something else because of the fault"
        );
        let _ = writeln!(text, "{:<20}{}", "", PHASES.map(|phase| format!("{phase:>12}")).concat());
        for fault in Fault::ALL {
            let count = |phase| self.faults.get(&(fault, phase)).copied().unwrap_or(0);
            let row = PHASES.map(|phase| format!("{:>12}", count(phase))).concat();
            let _ = writeln!(text, "{:<20}{row}", format!("{fault:?}"));
            for phase in PHASES {
                match (count(phase), no_fault(fault, phase)) {
                    (0, None) => wrong.push(format!("{fault:?} never made a difference while a service was {phase}")),
                    (1.., Some(reason)) => {
                        wrong.push(format!("{fault:?} made a difference while {phase}, though {reason}"))
                    }
                    _ => {}
                }
            }
        }
    }
}
