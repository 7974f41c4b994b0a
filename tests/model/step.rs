//! Every step there is from a state: what can be asked, and what can happen next.
//!
//! No time passes: the clock stands still, and whatever is planned may be what happens next.

use std::fmt;

use playhead::lifecycle::work::Work;
use playhead::lifecycle::{Action, Kind, ServiceId};
use playhead::simulator::agenda::{Agenda, Happening, Planned};
use playhead::simulator::deployment::Phase;
use playhead::simulator::{Accepted, Faults, Order, PodPhase, Rejected, Service, Target, World};

use super::setup::{Setup, home};
use super::state::{State, pending};
use super::worlds::{HOME, ada};

/// A fault the simulator knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Fault {
    BuildFails,
    PushFails,
    ReadinessNeverOk,
    PodCrashes,
    StopFails,
    RestartFails,
    NoCapacity,
}

impl Fault {
    pub const ALL: [Fault; 7] = [
        Fault::BuildFails,
        Fault::PushFails,
        Fault::ReadinessNeverOk,
        Fault::PodCrashes,
        Fault::StopFails,
        Fault::RestartFails,
        Fault::NoCapacity,
    ];

    pub fn on(self, target: Target) -> Faults {
        let mut faults = Faults::default();
        *match self {
            Fault::BuildFails => &mut faults.build_fails,
            Fault::PushFails => &mut faults.push_fails,
            Fault::ReadinessNeverOk => &mut faults.readiness_never_ok,
            Fault::PodCrashes => &mut faults.pod_crashes,
            Fault::StopFails => &mut faults.stop_fails,
            Fault::RestartFails => &mut faults.restart_fails,
            Fault::NoCapacity => &mut faults.no_capacity,
        } = target;
        faults
    }
}

pub type Answer = Option<Result<Accepted, Rejected>>;

/// One step. Services and waiting requests are named by their places.
#[derive(Clone, Debug, PartialEq)]
pub enum Step {
    Ask(Order),
    TakeBack(usize),
    /// The user sets the first service to so many instances.
    Resize(u32),
    /// What is planned happens; where it has a deadline, this is over or not.
    Happens {
        happening: Happening,
        what: String,
        late: bool,
    },
    /// Time passes up to the next event, or something is set: what happens is not known, but for pods that fail by
    /// themselves.
    #[allow(dead_code, reason = "the simulation test has it; the search knows what happens")]
    Passes,
    /// A ready pod crashes.
    Crash {
        service: usize,
        pod: u32,
    },
}

/// A step that was taken, under a fault of one service or of all (`None`) perhaps.
#[derive(Clone, Debug)]
pub struct Taken {
    pub step: Step,
    pub fault: Option<(Fault, Option<usize>)>,
    pub state: State,
    /// To what was asked.
    pub answer: Answer,
    /// Whether it is judged, and not followed: more requests wait than are looked at.
    pub beyond: bool,
    /// Whether the fault made no difference: it is the step before over again.
    pub same: bool,
}

impl Taken {
    pub fn new(step: Step, fault: Option<(Fault, Option<usize>)>, state: State, answer: Answer) -> Taken {
        Taken { step, fault, state, answer, beyond: false, same: false }
    }

    /// Whether the answer is no: then nothing may have changed.
    pub fn refused(&self) -> bool {
        matches!(self.answer, Some(Err(_)))
    }
}

/// Every step from here, in an order that is always the same.
pub fn steps(setup: &Setup, (orders, followed): &(Vec<Order>, usize), from: &State) -> Vec<Taken> {
    let mut all = Vec::new();
    for (number, order) in orders.iter().enumerate() {
        ask(setup, order, number < *followed, from, &mut all);
    }
    for place in 0..home(&from.world).queue.len() {
        let request = home(&from.world).queue[place].id;
        take(Step::TakeBack(place), from, &mut all, |world| drop(world.take_back(request, ada())));
    }
    if let Some(other) = setup.instances {
        let first = setup.services[0].2;
        let now = home(&from.world).services[0].desired.min_instances;
        let wanted = if now == first { other } else { first };
        take(Step::Resize(wanted), from, &mut all, |world| {
            let mut desired = home(world).services[0].desired.clone();
            desired.min_instances = wanted;
            world.configure(ServiceId(1), desired).expect("it exists");
        });
    }
    for planned in pending(&from.world) {
        happens(planned, from, &mut all);
    }
    if setup.crashes {
        crashes(from, &mut all);
    }
    if let Some(most) = setup.faults {
        all.retain(|taken| taken.fault.is_none() || from.faults < most);
        for taken in all.iter_mut().filter(|taken| taken.fault.is_some()) {
            taken.state.faults += 1;
        }
    }
    all
}

fn ask(setup: &Setup, order: &Order, followed: bool, from: &State, all: &mut Vec<Taken>) {
    let mut state = from.clone();
    let answer = state.world.request(HOME, order.clone(), ada());
    let accepted = answer.is_ok();
    let beyond = !followed || home(&state.world).queue.len() > setup.queue;
    all.push(Taken { beyond, ..Taken::new(Step::Ask(order.clone()), None, state, Some(answer)) });
    // Of what is asked, only a cancel does something at once: it looks at faults.
    if accepted && followed && order.action == Action::Cancel {
        under_faults(Step::Ask(order.clone()), from, all, |world| Some(world.request(HOME, order.clone(), ada())));
    }
}

fn take(step: Step, from: &State, all: &mut Vec<Taken>, change: impl Fn(&mut World)) {
    let mut state = from.clone();
    change(&mut state.world);
    all.push(Taken::new(step, None, state, None));
}

/// The same step as the last one, under each fault of each service it has touched, and of all where it touched several.
fn under_faults(step: Step, from: &State, all: &mut Vec<Taken>, change: impl Fn(&mut World) -> Answer) {
    let Some(without) = all.last().map(|last| last.state.world.clone()) else { return };
    let services = home(&without).services.iter().enumerate();
    let touched: Vec<usize> =
        services.filter(|(_, service)| service.revision > from.world.revision).map(|(place, _)| place).collect();
    let mut targets: Vec<Option<usize>> = touched.iter().copied().map(Some).collect();
    if touched.len() > 1 {
        targets.push(None);
    }
    for target in targets {
        for fault in Fault::ALL {
            let mut state = from.clone();
            let id = |place: usize| home(&state.world).services[place].id;
            state.world.faults = fault.on(target.map_or_else(Target::all, |place| Target::one(id(place))));
            let answer = change(&mut state.world);
            state.world.faults = Faults::default();
            let same = state.world.environments == without.environments;
            all.push(Taken { same, ..Taken::new(step.clone(), Some((fault, target)), state, answer) });
        }
    }
}

/// What a step of a service's run waits for, if it has a deadline of its own.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Waits {
    No,
    Build,
    Job,
}

fn waits(world: &World, planned: &Planned) -> Waits {
    let Happening::Step { service, .. } = planned.happening else { return Waits::No };
    let environment = home(world);
    let run = environment.services[service as usize].run;
    let run = run.zip(environment.running.as_ref()).and_then(|(run, running)| running.runs.get(run));
    match run.map(|run| (run.phase, run.work)) {
        Some((Phase::Building, _)) => Waits::Build,
        Some((Phase::Deploying, Work::Execute | Work::Apply)) => Waits::Job,
        _ => Waits::No,
    }
}

fn happens(planned: Planned, from: &State, all: &mut Vec<Taken>) {
    let what = words(&from.world, &planned);
    let step = |late| Step::Happens { happening: planned.happening, what: what.clone(), late };
    let waits = waits(&from.world, &planned);
    let in_time = |world: &mut World| happen(world, planned);
    take(step(false), from, all, in_time);
    under_faults(step(false), from, all, |world| {
        in_time(world);
        None
    });
    let late = |world: &mut World| {
        let (patience, now) = (world.settings.clone(), world.now);
        match waits {
            Waits::No => {}
            Waits::Build => world.settings.build_deadline = 0,
            Waits::Job => began(world, &planned, now - patience.job_deadline),
        }
        happen(world, planned);
        world.settings = patience;
    };
    if waits != Waits::No {
        take(step(true), from, all, late);
        under_faults(step(true), from, all, |world| {
            late(world);
            None
        });
    }
}

/// Lets a job or database have begun at another time.
fn began(world: &mut World, planned: &Planned, at: i64) {
    let Happening::Step { service, .. } = planned.happening else { return };
    let environment = &mut world.environments[0];
    let run = environment.services[service as usize].run;
    if let (Some(running), Some(run)) = (&mut environment.running, run) {
        let item = running.runs[run].item;
        running.record.items[item].deploying_at = Some(at);
    }
}

/// Lets this one of the things planned happen, now.
fn happen(world: &mut World, planned: Planned) {
    let others = world.agenda.planned().into_iter().filter(|other| other.happening != planned.happening);
    let chosen = Planned { at: world.now, ..planned };
    world.agenda = Agenda::restored(others.chain([chosen]));
    if let Happening::Deadline { service, .. } = planned.happening
        && let Some(rollout) = &mut world.environments[0].services[service as usize].rollout
    {
        rollout.deadline = world.now;
    }
    world.advance(world.now);
}

/// Any ready pod may crash at any time: the fault is on for as long as that takes.
fn crashes(from: &State, all: &mut Vec<Taken>) {
    for (place, service) in home(&from.world).services.iter().enumerate() {
        for pod in service.pods.iter().filter(|pod| pod.phase == PodPhase::Ready) {
            let mut state = from.clone();
            let world = &mut state.world;
            world.set_faults(Fault::PodCrashes.on(Target::one(service.id)));
            let doomed = world.environments[0].services[place].pods.iter().find(|found| found.serial == pod.serial);
            let ticket = doomed.expect("it is still there").ticket;
            let happening = Happening::Pod { service: place as u32, pod: pod.serial, ticket };
            happen(world, Planned { at: world.now, environment: 0, happening });
            world.set_faults(Faults::default());
            let step = Step::Crash { service: place, pod: pod.serial };
            all.push(Taken::new(step, Some((Fault::PodCrashes, Some(place))), state, None));
        }
    }
}

/// Whether it comes to pass, sooner or later, whatever else does not: it is not a pod's way to readiness, nor a look at
/// a job that a fault holds.
pub fn is_due(before: &World, taken: &Taken) -> bool {
    let Step::Happens { happening, late, .. } = &taken.step else { return false };
    match *happening {
        Happening::Pipeline { .. } | Happening::Deadline { .. } => true,
        Happening::Step { .. } => {
            let planned = Planned { at: 0, environment: 0, happening: *happening };
            *late || taken.fault.is_none() || waits(before, &planned) != Waits::Job
        }
        Happening::Pod { service, pod, .. } => {
            let pods = &home(before).services[service as usize].pods;
            pods.iter().any(|found| found.serial == pod && found.phase == PodPhase::Terminating)
        }
    }
}

/// Whether something is planned that is due.
pub fn something_is_due(world: &World) -> bool {
    let due = |planned: &Planned| match planned.happening {
        Happening::Pipeline { .. } | Happening::Deadline { .. } | Happening::Step { .. } => true,
        Happening::Pod { service, pod, .. } => {
            let pods = &home(world).services[service as usize].pods;
            pods.iter().any(|found| found.serial == pod && found.phase == PodPhase::Terminating)
        }
    };
    pending(world).iter().any(due)
}

fn name(world: &World, place: usize) -> &str {
    &home(world).services[place].name
}

fn words(world: &World, planned: &Planned) -> String {
    match planned.happening {
        Happening::Pipeline { .. } => "the pipeline starts".into(),
        Happening::Step { service, .. } => {
            let found: &Service = &home(world).services[service as usize];
            let of = if found.kind == Kind::LifecycleJob { "job" } else { "step" };
            format!("the {of} of {} ({}) is over", found.name, found.status)
        }
        Happening::Deadline { service, .. } => {
            format!("the deadline of {} passes", name(world, service as usize))
        }
        Happening::Pod { service, pod, .. } => {
            let found = home(world).services[service as usize].pods.iter().find(|found| found.serial == pod);
            let phase = found.map(|pod| pod.phase);
            format!("pod {pod} of {} goes on from {phase:?}", name(world, service as usize))
        }
    }
}

impl fmt::Display for Taken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.step {
            Step::Ask(order) => {
                let force = if order.force { " by force" } else { "" };
                let items: Vec<String> = order
                    .items
                    .iter()
                    .map(|(id, version)| match version {
                        Some(version) => format!("service {} at {version}", id.0),
                        None => format!("service {}", id.0),
                    })
                    .collect();
                write!(f, "ask {}{force} ({:?}: {})", order.action.words(), order.scope, items.join(", "))?;
            }
            Step::TakeBack(place) => write!(f, "take back waiting request {}", place + 1)?,
            Step::Resize(instances) => write!(f, "set the first service to {instances} instances")?,
            Step::Happens { what, late, .. } => {
                f.write_str(what)?;
                if *late {
                    f.write_str(", after its deadline")?;
                }
            }
            Step::Passes => f.write_str("time passes")?,
            Step::Crash { service, pod } => write!(f, "pod {pod} of service {} crashes", service + 1)?,
        }
        match (&self.step, self.fault) {
            (Step::Crash { .. }, _) | (_, None) => {}
            (_, Some((fault, None))) => write!(f, ", with {fault:?} on for all")?,
            (_, Some((fault, Some(place)))) => write!(f, ", with {fault:?} on for service {}", place + 1)?,
        }
        let shown: Vec<&str> = home(&self.state.world).services.iter().map(|service| service.status.name()).collect();
        write!(f, "  → {}", shown.join(", "))
    }
}
