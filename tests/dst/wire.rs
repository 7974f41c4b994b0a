//! A scenario of the backend, driven over the public wire: what a client knows says what will be accepted, the same
//! status is told everywhere, nothing accepted is lost, and a restart by the recorded requests makes the same world.
//!
//! The client is the `reader`: natively the command line's own (`tests/dst.rs`), in a browser the console's
//! (`tests/browser_offer.rs`).

use std::collections::BTreeMap;

use playhead::api::environment::Environment;
use playhead::api::live::{EnvironmentDetail, ProjectLive, ServiceLive};
use playhead::api::outcome::{Outcome, OutcomeItem};
use playhead::api::reading::{self, from_slice};
use playhead::api::service::Service;
use playhead::api::{Endpoint, Method, Request, Response, Results};
use playhead::backend::Backend;
use playhead::client::{Accepted, Item, Order, meaning};
use playhead::lifecycle::plan::Effect;
use playhead::lifecycle::rule::{
    allowed, allowed_in_environment, allowed_in_subset, allowed_on_environment, subset_deploys_as,
};
use playhead::lifecycle::{
    Action, EnvironmentId, Kind, Note, Provider, Refusal, Scope, ServiceFacts, ServiceId, Source, Status,
};
use serde_json::{Value, json};

use super::caught::caught;
use super::reader;
use super::worlds::Choice;

/// A step over the wire.
#[derive(Clone, Debug)]
pub enum Step {
    Ask(Order),
    /// When all is over and no fault is on: it is asked, and what comes of it is compared with its plan.
    Plan(Order),
    /// The first request that waits in this environment.
    TakeBack(EnvironmentId),
    Resize(Item, u32),
    Faults(&'static str, Option<ServiceId>),
    /// The clock goes on by so many milliseconds; it may stand still.
    Clock(i64),
    /// The process ends, and another begins with the recorded requests.
    Restart,
}

const BORN: i64 = 1_760_000_000_000;
const SCENARIOS: [&str; 2] = ["shop", "trouble"];
const FAULTS: [&str; 7] =
    ["build_fails", "push_fails", "readiness_never_ok", "pod_crashes", "stop_fails", "restart_fails", "no_capacity"];
const MOST_STEPS: usize = 60;

/// An environment as a client reads it once.
struct Known {
    id: EnvironmentId,
    configured: Environment,
    provider: Provider,
    services: Vec<Service>,
    /// Of services from git: the newest commit, and the one before.
    commits: BTreeMap<ServiceId, Vec<String>>,
}

pub struct Host {
    seed: u64,
    backend: Backend,
    now: i64,
    journal: Vec<(Request, i64)>,
    project: String,
    known: Vec<Known>,
    accepted: Vec<String>,
}

pub type Checked = Result<(), String>;

fn parsed<T: reading::Read>(response: &Response) -> T {
    from_slice(&response.body).expect("the backend answers as the contract says")
}

fn open(seed: u64) -> Backend {
    Backend::scenario(SCENARIOS[seed as usize % SCENARIOS.len()], seed, BORN)
}

impl Host {
    pub fn new(seed: u64) -> Host {
        let journal = Vec::new();
        let mut host = Host {
            seed,
            backend: open(seed),
            now: BORN,
            journal,
            project: String::new(),
            known: Vec::new(),
            accepted: Vec::new(),
        };
        let results = |host: &mut Host, path: &str| host.json(path)["results"].as_array().expect("a list").clone();
        let text = |value: &Value| value.as_str().expect("a text").to_owned();
        let organization = text(&results(&mut host, "/organization")[0]["id"]);
        host.project = text(&results(&mut host, &format!("/organization/{organization}/project"))[0]["id"]);
        let environments = format!("/project/{}/environment", host.project);
        let environments: Results<Environment> = parsed(&host.get(&environments));
        for configured in environments.results {
            let id = configured.id.clone();
            let services: Results<Service> = parsed(&host.get(&format!("/environment/{id}/services")));
            let mut commits = BTreeMap::new();
            for service in &services.results {
                let kind = meaning::kind(service);
                if meaning::source(service, kind) == Source::Git && kind != Kind::Helm {
                    let word = playhead::client::order::word(kind);
                    let list = results(&mut host, &format!("/{word}/{}/commit", service.id));
                    let two = list.iter().take(2).map(|commit| text(&commit["git_commit_id"])).collect();
                    commits.insert(service.id.parse().expect("an id"), two);
                }
            }
            let provider = configured.cloud_provider.provider.as_deref().map_or(Provider::Unknown, Provider::from_name);
            let id = id.parse().expect("an id");
            host.known.push(Known { id, configured, provider, services: services.results, commits });
        }
        host
    }

    fn get(&mut self, path: &str) -> Response {
        self.backend.handle(&Request::new(Method::Get, path), self.now)
    }

    fn json(&mut self, path: &str) -> Value {
        serde_json::from_slice(&self.get(path).body).expect("JSON")
    }

    /// Sends what may change something, and records it.
    fn send(&mut self, request: Request) -> Response {
        let response = self.backend.handle(&request, self.now);
        self.journal.push((request, self.now));
        response
    }

    fn live(&mut self, id: EnvironmentId) -> EnvironmentDetail {
        parsed(&self.get(&format!("/x/environment/{id}/live")))
    }

    /// A step as it comes.
    pub fn random(&mut self, choice: &mut Choice) -> Step {
        let known = loop {
            // One without services has nothing to be asked of.
            let known = &self.known[choice.below(self.known.len())];
            if !known.services.is_empty() {
                break known;
            }
        };
        match choice.below(20) {
            0..=8 => Step::Ask(known.random_order(choice)),
            9 => Step::TakeBack(known.id),
            10 => {
                let item = known.item(choice);
                Step::Resize(item, 1 + choice.below(4) as u32)
            }
            11 => {
                let whom = if choice.once_in(3) { None } else { Some(known.item(choice).service) };
                Step::Faults(choice.pick(&FAULTS), whom)
            }
            12 => Step::Faults(FAULTS[0], Some(ServiceId(0))),
            13 if choice.once_in(4) => Step::Restart,
            14 => Step::Clock(0),
            15..=17 => Step::Plan(known.random_order(choice)),
            _ => {
                let span = choice.pick(&[1_500, 10_000, 60_000, 400_000]);
                Step::Clock(choice.below(span) as i64)
            }
        }
    }

    /// Takes a step, and asks whether everything is as it must be.
    pub fn take(&mut self, step: &Step) -> Checked {
        match step {
            Step::Ask(order) => self.ask(order)?,
            Step::Plan(order) => self.plan(order)?,
            Step::TakeBack(environment) => {
                if let Some(waiting) = self.live(*environment).queue.first().map(|request| request.id.clone()) {
                    let response =
                        self.send(Request::new(Method::Post, format!("/deploymentQueue/{waiting}/cancelDeployment")));
                    must(response.is_ok(), || format!("what waits can be taken back: {}", response.status))?;
                }
            }
            Step::Resize(item, instances) => self.resize(item, *instances)?,
            Step::Faults(fault, whom) => self.set_faults(fault, *whom)?,
            Step::Clock(by) => self.now += by,
            Step::Restart => self.restart()?,
        }
        self.same_everywhere()
    }

    /// One fault on; the id of nobody lifts all.
    fn set_faults(&mut self, fault: &str, whom: Option<ServiceId>) -> Checked {
        let whom = whom.map_or_else(|| "*".to_owned(), |id| id.to_string());
        let mut body: serde_json::Map<String, Value> =
            FAULTS.map(|fault| (fault.to_owned(), json!([]))).into_iter().collect();
        if whom != ServiceId(0).to_string() {
            body.insert(fault.to_owned(), json!([whom]));
        }
        let request = Request::new(Method::Put, "/x/faults").with_body(Value::Object(body).to_string());
        let response = self.send(request);
        must(response.is_ok(), || format!("faults can be set: {}", response.status))
    }

    /// The plan, made of what the wire tells as a client makes it, is what the outcome says after.
    fn plan(&mut self, order: &Order) -> Checked {
        self.set_faults(FAULTS[0], Some(ServiceId(0)))?;
        self.now += super::worlds::DAY;
        let before = self.live(order.environment);
        let Ok(request) = order.request() else { return Ok(()) };
        let response = self.send(request);
        if !response.is_ok() {
            return Ok(());
        }
        let id = Accepted::read(&response).request.ok_or("an accepted request has an id")?.to_string();
        self.now += super::worlds::DAY;
        let outcome: Outcome = parsed(&self.get(&format!("/x/request/{id}")));
        let after = self.live(order.environment);
        let known = self.known.iter().find(|known| known.id == order.environment).expect("it is known");
        known.compare(order, &before, &outcome, &after)
    }

    fn resize(&mut self, item: &Item, instances: u32) -> Checked {
        let path = format!("/{}/{}", playhead::client::order::word(item.kind), item.service);
        let mut whole = self.json(&path);
        whole["min_running_instances"] = json!(instances);
        whole["max_running_instances"] = json!(instances.max(4));
        let response = self.send(Request::new(Method::Put, path).with_body(whole.to_string()));
        must(response.is_ok(), || format!("it can be resized: {}", String::from_utf8_lossy(&response.body)))
    }

    /// Law 9.2: a button is enabled exactly when its request is accepted, and a refusal changes nothing.
    fn ask(&mut self, order: &Order) -> Checked {
        let Ok(request) = order.request() else { return Ok(()) };
        let live = self.live(order.environment);
        let known = self.known.iter().find(|known| known.id == order.environment).expect("it is known");
        let expected = known.expected(&live, order);
        let revision = self.backend.revision();
        let response = self.send(request);
        let told = String::from_utf8_lossy(&response.body).into_owned();
        match &expected {
            Ok(()) => {
                must(response.is_ok(), || format!("{order:?} is offered, and answered {}: {told}", response.status))?;
                let answer = Accepted::read(&response);
                let id = answer.request.ok_or("an accepted request has an id")?.to_string();
                let live = self.live(order.environment);
                let place = live.queue.iter().find(|request| request.id == id).map_or(0, |request| request.position);
                must(answer.position == Some(place as u32), || {
                    format!("{id} waits at {place}: {:?}", answer.position)
                })?;
                self.accepted.push(id);
                Ok(())
            }
            Err(why) => {
                must(response.status == 409, || {
                    format!("{order:?} is not offered, and answered {}: {told}", response.status)
                })?;
                let says = why.as_ref().is_none_or(|why| told.contains(&why.why()));
                must(says, || format!("{order:?}: the reason is {why:?}, told is {told}"))?;
                must(self.backend.revision() == revision, || format!("{order:?} was refused and changed something"))
            }
        }
    }

    /// Law 9.7: the environment's status is the same wherever it is told.
    fn same_everywhere(&mut self) -> Checked {
        let project = self.project.clone();
        let list = self.json(&format!("/project/{project}/environment/status"));
        let told: ProjectLive = parsed(&self.get(&format!("/x/project/{project}/live")));
        let state = |value: &Value| value["state"].as_str().unwrap_or_default().to_owned();
        let id = self.known[self.journal.len() % self.known.len()].id.to_string();
        let status = self.json(&format!("/environment/{id}/status"));
        let statuses = self.json(&format!("/environment/{id}/statuses"));
        let stages = self.json(&format!("/environment/{id}/statusesWithStages"));
        let live = told.environments.iter().find(|live| live.id == id).map(|live| live.state.clone());
        let listed =
            list["results"].as_array().and_then(|all| all.iter().find(|one| one["id"] == id.as_str())).map(&state);
        let detail = self.live(id.parse().expect("an id"));
        let shown: Vec<Status> = detail.services.iter().map(|service| Status::from_name(&service.state)).collect();
        let derived = playhead::lifecycle::rollup::environment_status(&shown).name().to_owned();
        let all = [
            Some(state(&status)),
            Some(state(&statuses["environment"])),
            Some(state(&stages["environment"])),
            live,
            listed,
            Some(detail.environment.state),
        ];
        must(all.iter().all(|one| one.as_ref() == Some(&derived)), || {
            format!("{id} is {derived}, and told to be {all:?}")
        })?;
        let mut counted: BTreeMap<&str, usize> = BTreeMap::new();
        for service in &detail.services {
            *counted.entry(&service.state).or_default() += 1;
        }
        let told: BTreeMap<&str, usize> =
            detail.environment.counts.iter().map(|one| (one.state.as_str(), one.count)).collect();
        must(told == counted, || format!("in {id} are {counted:?}, and told are {told:?}"))
    }

    /// Law 9.8: the recorded requests make the same world again.
    fn restart(&mut self) -> Checked {
        let mut other = open(self.seed);
        for (request, at) in &self.journal {
            other.handle(request, *at);
        }
        let export = Endpoint::ExportWorld.request(&[]);
        let (ours, theirs) = (self.backend.handle(&export, self.now), other.handle(&export, self.now));
        must(ours.body == theirs.body, || "the recorded requests make another world".into())?;
        self.backend = other;
        Ok(())
    }

    /// Laws 9.1 and 9.6: a day later every accepted request is over, and none is lost.
    pub fn finish(&mut self) -> Checked {
        self.now += super::worlds::DAY;
        for id in std::mem::take(&mut self.accepted) {
            let response = self.get(&format!("/x/request/{id}"));
            must(response.is_ok(), || format!("the request {id} is lost"))?;
            let outcome: Outcome = parsed(&response);
            must(outcome.state == "ENDED", || format!("{id} is {} a day later", outcome.state))?;
        }
        self.restart()?;
        self.same_everywhere()
    }
}

fn must(holds: bool, what: impl FnOnce() -> String) -> Checked {
    if holds { Ok(()) } else { Err(what()) }
}

fn agrees(effect: Effect, item: &OutcomeItem, then: &ServiceLive, now: &ServiceLive) -> bool {
    let untouched = item.reason.as_ref().is_some_and(|why| why.starts_with("nothing changed"));
    let done = item.outcome == "DONE" && item.reason.is_none();
    let pods = |live: &ServiceLive| -> Vec<String> { live.pods.iter().map(|pod| pod.name.clone()).collect() };
    let applied = now.up == Some(true) && now.sync == "UP_TO_DATE";
    match effect {
        Effect::FirstDeployment => done && now.state == "DEPLOYED" && then.beneath == "READY",
        Effect::Starts | Effect::Applies => done && applied,
        Effect::NothingChanges => untouched && pods(then) == pods(now),
        // The version that is picked may be the one that runs.
        Effect::DeploysVersion => (done || untouched) && applied,
        Effect::Stops | Effect::Pauses | Effect::Unschedules | Effect::RunsStopCommand => {
            done && now.state == "STOPPED" && now.pods.is_empty() && now.up == Some(false)
        }
        Effect::Restarts => {
            let (old, new) = (pods(then), pods(now));
            done && now.state == "RESTARTED" && old.len() == new.len() && !old.iter().any(|pod| new.contains(pod))
        }
        Effect::Canceled => false,
    }
}

impl Known {
    fn item(&self, choice: &mut Choice) -> Item {
        let service = &self.services[choice.below(self.services.len())];
        let kind = meaning::kind(service);
        let id = service.id.parse().expect("an id");
        Item { service: id, kind, source: meaning::source(service, kind), version: None }
    }

    /// With a version there is: an older commit, or the tag or chart version that is configured.
    fn versioned(&self, item: Item) -> Option<Item> {
        let service = self.services.iter().find(|service| service.id == item.service.to_string())?;
        let commit = self.commits.get(&item.service).and_then(|commits| commits.last()).map(String::as_str);
        let version = if item.source == Source::Git { commit } else { meaning::desired_version(service) };
        version
            .filter(|_| item.source != Source::None)
            .map(|version| Item { version: Some(version.into()), ..item.clone() })
    }

    fn random_order(&self, choice: &mut Choice) -> Order {
        let (action, scope) = (choice.pick(&Action::ALL), choice.pick(&Scope::ALL));
        let mut items = match (scope, action) {
            (Scope::Environment, Action::DeployLatest) => self.latest(),
            (Scope::Environment, _) => Vec::new(),
            (Scope::Service, _) => vec![self.item(choice)],
            (Scope::Subset, _) => (0..=choice.below(3)).map(|_| self.item(choice)).collect(),
        };
        items.sort_by_key(|item| item.service);
        items.dedup_by_key(|item| item.service);
        if action == Action::DeployVersion {
            items = items.into_iter().filter_map(|item| self.versioned(item)).collect();
        }
        if action == Action::Restart {
            // The contract has no call for the others.
            items.retain(|item| !item.kind.is_job() && item.kind != Kind::Helm);
        }
        let action = match action {
            // The contract has no call for these: what would be sent means something else.
            Action::DeployLatest if scope != Scope::Environment => Action::Deploy,
            _ if items.is_empty() && scope != Scope::Environment => Action::Cancel,
            action => action,
        };
        Order { environment: self.id, action, scope, items, force: choice.once_in(3) }
    }

    fn latest(&self) -> Vec<Item> {
        let newest = |(id, commits): (&ServiceId, &Vec<String>)| {
            let service = self.services.iter().find(|service| service.id == id.to_string())?;
            let version = commits.first()?.as_str().into();
            Some(Item { service: *id, kind: meaning::kind(service), source: Source::Git, version: Some(version) })
        };
        self.commits.iter().filter_map(newest).collect()
    }

    fn compare(
        &self,
        order: &Order,
        before: &EnvironmentDetail,
        outcome: &Outcome,
        after: &EnvironmentDetail,
    ) -> Checked {
        let all = order.scope == Scope::Environment && order.items.is_empty();
        let size = if all { self.services.len() } else { order.items.len() };
        for service in &self.services {
            let id = service.id.as_str();
            if !all && !order.items.iter().any(|item| item.service.to_string() == id) {
                continue;
            }
            let live = |detail: &'_ EnvironmentDetail| detail.services.iter().find(|live| live.id == id).cloned();
            let (Some(then), Some(now)) = (live(before), live(after)) else {
                return Err(format!("{} is not told", service.name));
            };
            let Some(item) = outcome.items.iter().find(|item| item.service_id == id) else {
                return Err(format!("{order:?} takes {} in, and its outcome leaves it out: {outcome:?}", service.name));
            };
            let beneath = Status::from_name(&then.beneath);
            let before = match order.scope {
                Scope::Environment => before.environment.ever_deployed,
                Scope::Service => beneath.ever_deployed() && beneath != Status::Deleted,
                Scope::Subset => false,
            };
            let means = if order.action == Action::Deploy && before { Action::Redeploy } else { order.action };
            let planned = reader::service(service, self.provider, &then).plan(means, order.scope, size);
            let agrees = match &planned {
                Err(refusal) => {
                    item.outcome == "SKIPPED" && item.reason == Some(Note::Refused(refusal.clone()).to_string())
                }
                Ok(effect) => agrees(*effect, item, &then, &now),
            };
            must(agrees, || {
                format!("{order:?}: {} is planned {planned:?}, and came to {item:?}\nbefore: {then:?}", service.name)
            })?;
        }
        Ok(())
    }

    /// What a client expects by the rule, from what the wire tells; the reason, where it is one for all.
    fn expected(&self, live: &EnvironmentDetail, order: &Order) -> Result<(), Option<Refusal>> {
        let told: BTreeMap<&str, _> = live.services.iter().map(|service| (service.id.as_str(), service)).collect();
        let facts: Vec<(ServiceId, ServiceFacts, Status)> = self
            .services
            .iter()
            .map(|service| {
                let live = told[service.id.as_str()];
                let facts = reader::service(service, self.provider, live).facts();
                (service.id.parse().expect("an id"), facts, Status::from_name(&live.beneath))
            })
            .collect();
        let whole = |action| {
            let environment = reader::environment(&self.configured, &live.environment);
            let all: Vec<ServiceFacts> = facts.iter().map(|(_, facts, _)| facts.clone()).collect();
            allowed_on_environment(action, &environment, &all).map_err(Some)
        };
        let named = || facts.iter().filter(|(id, ..)| order.items.iter().any(|item| item.service == *id));
        let any = |allows: &dyn Fn(&ServiceFacts) -> bool| {
            if named().any(|(_, facts, _)| allows(facts)) { Ok(()) } else { Err(None) }
        };
        match (order.scope, order.action) {
            // The contract's cancel is the environment's.
            (_, Action::Cancel) => whole(Action::Cancel),
            // `deploy` of what was deployed before is Redeploy (law §8).
            (Scope::Environment, Action::Deploy) if live.environment.ever_deployed => whole(Action::Redeploy),
            (Scope::Environment, Action::DeployLatest) => whole(Action::DeployLatest)
                .and_then(|()| any(&|facts| allowed_in_environment(Action::DeployLatest, facts).is_ok())),
            (Scope::Environment, action) => whole(action),
            (Scope::Subset, Action::Deploy | Action::Redeploy) => any(&|facts| subset_deploys_as(facts).is_ok()),
            (Scope::Subset, action) => any(&|facts| allowed_in_subset(action, order.items.len(), facts).is_ok()),
            (Scope::Service, action) => {
                let (_, facts, beneath) = named().next().expect("it names one");
                let again = action == Action::Deploy && beneath.ever_deployed() && *beneath != Status::Deleted;
                allowed(if again { Action::Redeploy } else { action }, facts).map_err(Some)
            }
        }
    }
}

/// Drives the scenario of a seed over the wire: the steps there were, or those that fail and why.
pub fn run(seed: u64) -> Result<u64, (Vec<Step>, String)> {
    let mut steps = Vec::new();
    let outcome = caught(|| {
        let (mut choice, mut host) = (Choice::new(seed), Host::new(seed));
        for _ in 0..MOST_STEPS / 4 + choice.below(MOST_STEPS) {
            let step = host.random(&mut choice);
            steps.push(step.clone());
            host.take(&step)?;
        }
        host.finish()
    });
    match outcome.unwrap_or_else(Err) {
        Ok(()) => Ok(steps.len() as u64),
        Err(what) => Err((steps, what)),
    }
}

/// Takes these steps in the scenario of a seed.
pub fn replay(seed: u64, steps: &[Step]) -> Checked {
    let outcome = caught(|| {
        let mut host = Host::new(seed);
        steps.iter().try_for_each(|step| host.take(step))?;
        host.finish()
    });
    outcome.unwrap_or_else(Err)
}
