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
    cells: BTreeMap<(Sort, Status, Action), u64>,
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

/// Why nothing ever happens in this phase while this fault is on; `None`: it has to.
fn no_fault(_fault: Fault, _phase: &str) -> Option<&'static str> {
    None
}

impl Coverage {
    /// Notes what a state shows, and what was done in it.
    pub fn see(&mut self, setup: &Setup, state: &State, taken: &[Taken]) {
        let services = &home(&state.world).services;
        let asked = |action: Action, service: &Service| {
            taken.iter().any(|taken| match &taken.step {
                Step::Ask(order) if order.action == action => {
                    let named = |id: ServiceId| order.items.iter().any(|(item, _)| *item == id);
                    named(service.id) || (order.scope == Scope::Environment && order.items.is_empty())
                }
                _ => false,
            })
        };
        for ((sort, ..), service) in setup.services.iter().zip(services) {
            for action in COLUMNS.into_iter().filter(|action| asked(*action, service)) {
                *self.cells.entry((*sort, service.shown(), action)).or_default() += 1;
            }
        }
        for taken in taken {
            let Some((fault, target)) = taken.fault else { continue };
            for (place, service) in services.iter().enumerate() {
                if target.is_none_or(|target| target == place) {
                    *self.faults.entry((fault, phase(state, service))).or_default() += 1;
                }
            }
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
        let _ = writeln!(text, "shown status × action, by kind: in how many states each was asked");
        for sort in Sort::ALL {
            let head = COLUMNS.map(|action| format!("{:>15}", action.name())).concat();
            let _ = writeln!(text, "\n{:<20}{head}", format!("{sort:?}"));
            for status in &statuses {
                let count = |action: Action| self.cells.get(&(sort, status.clone(), action)).copied().unwrap_or(0);
                let row = COLUMNS.map(|action| format!("{:>15}", count(action))).concat();
                let reason = unreachable(sort, status);
                let _ = writeln!(text, "{:<20}{row}  {}", status.name(), reason.unwrap_or_default());
                for action in COLUMNS {
                    match (count(action), reason) {
                        (0, None) => wrong.push(format!("{sort:?} {} {}: never asked", status.name(), action.name())),
                        (1.., Some(reason)) => {
                            wrong.push(format!("{sort:?} {} was reached, though {reason}", status.name()));
                        }
                        _ => {}
                    }
                }
            }
        }
    }

    fn report_faults(&self, text: &mut String, wrong: &mut Vec<String>) {
        let _ =
            writeln!(text, "\nfault × phase: how often something was asked or happened in it while the fault was on");
        let _ = writeln!(text, "{:<20}{}", "", PHASES.map(|phase| format!("{phase:>12}")).concat());
        for fault in Fault::ALL {
            let count = |phase| self.faults.get(&(fault, phase)).copied().unwrap_or(0);
            let row = PHASES.map(|phase| format!("{:>12}", count(phase))).concat();
            let _ = writeln!(text, "{:<20}{row}", format!("{fault:?}"));
            for phase in PHASES {
                match (count(phase), no_fault(fault, phase)) {
                    (0, None) => wrong.push(format!("{fault:?} never was on while a service was {phase}")),
                    (1.., Some(reason)) => wrong.push(format!("{fault:?} was on while {phase}, though {reason}")),
                    _ => {}
                }
            }
        }
    }
}
