//! The small backend of the page: a store and one function from request to response.
//!
//! [`Backend::handle`] lets the world advance to the time it is told and answers the wire contract on it. The same
//! function is hosted in the page and behind any transport.
//!
//! Invariants: no sockets, no browser, no clock: time is an argument. What is allowed is decided by the lifecycle alone;
//! a request that is refused or malformed has changed nothing.

mod act;
mod answer;
mod body;
pub mod catalog;
mod commits;
mod detail;
mod fault;
mod history;
mod live;
pub mod place;
mod read;
mod rest;
pub mod scenario;
mod service;
mod status;
mod tags;
mod wire;
pub mod world_file;

use crate::api::routes::{Found, NotFound, find};
use crate::api::{Endpoint, Request, Response};
use crate::lifecycle::{EnvironmentId, ServiceId};
use crate::simulator::{Environment, Millis, Service, World};

use answer::{Problem, json};
use catalog::Catalog;
pub use rest::{REST, Rest};

/// The last moment of the year 9999, Unix ms: no time is later, and no duration longer.
const LATEST: Millis = 253_402_300_799_999;

/// A time of a host's clock; a clock, or a journal, that is out of its mind tells the nearest there is.
fn moment(now: Millis) -> Millis {
    now.clamp(0, LATEST)
}

/// A project that is open: what the simulator models, and what describes it.
#[derive(Clone, Debug)]
pub struct Backend {
    world: World,
    catalog: Catalog,
    /// The scenario that is open, or [`world_file::NAME`].
    origin: String,
    /// The revision at which this world was opened: a reader that knows an older one knows another world.
    opened: u64,
    /// How far the world's clock is ahead of the host's: an imported world goes on at the time it was exported.
    ahead: Millis,
    /// What answers everything but the lists, once it is there.
    rest: Option<Rest>,
    /// Which start of the host this is.
    start: u64,
}

impl Backend {
    /// A backend with a scenario open; a name that is not known opens the first one.
    pub fn scenario(name: &str, seed: u64, now: Millis) -> Backend {
        Backend { rest: Some(REST), ..Backend::begin(name, seed, now) }
    }

    /// The same, before it can answer more than the lists and how they are doing.
    pub fn begin(name: &str, seed: u64, now: Millis) -> Backend {
        let (name, (world, catalog)) = scenario::build(name, seed, moment(now));
        Backend { opened: world.revision, world, catalog, origin: name.to_owned(), ahead: 0, rest: None, start: 0 }
    }

    /// From now on it answers everything.
    pub fn set_rest(&mut self, rest: Rest) {
        self.rest = Some(rest);
    }

    /// Says which start of the host this is: its revisions begin anew, and may be lower than those of the one before.
    pub fn set_start(&mut self, start: u64) {
        self.start = start;
    }

    /// When the next thing happens by the host's clock, Unix ms; `None`: nothing is going to.
    pub fn next_event(&self) -> Option<Millis> {
        self.world.next_event().map(|at| at - self.ahead)
    }

    /// Counts up with every change: a reader that knows this one has missed nothing.
    pub fn revision(&self) -> u64 {
        self.world.revision
    }

    /// Lets the world advance to `now` (the host's clock, Unix ms; an earlier time than before changes nothing).
    pub fn advance(&mut self, now: Millis) {
        self.world.advance(moment(now).saturating_add(self.ahead));
    }

    /// Lets the world advance to `now` (the host's clock, Unix ms; an earlier time than before changes nothing), then
    /// answers.
    pub fn handle(&mut self, request: &Request, now: Millis) -> Response {
        let now = moment(now);
        self.advance(now);
        match self.answer(request, now) {
            Ok(response) => response,
            Err(problem) => problem.response(),
        }
    }

    fn answer(&mut self, request: &Request, now: Millis) -> Result<Response, Problem> {
        let Found { endpoint, parameters } =
            find(request.method, &request.path).map_err(|not_found| match not_found {
                NotFound::Path => Problem::Path,
                NotFound::Method { allowed } => Problem::Method { allowed },
            })?;
        let parameter = parameters.first().map_or("", String::as_str);
        match endpoint {
            Endpoint::Organizations => Ok(read::project(self, endpoint)),
            Endpoint::Projects => {
                self.is_known("organization", &self.catalog.organization, parameter)?;
                Ok(read::project(self, endpoint))
            }
            Endpoint::Environments => {
                self.is_known("project", &self.catalog.project, parameter)?;
                Ok(read::environments(self))
            }
            Endpoint::Services => Ok(read::services(self, self.environment(environment_id(parameter)?)?)),
            Endpoint::Stages => Ok(read::staged(self, self.environment(environment_id(parameter)?)?)),
            Endpoint::ProjectLive => {
                self.is_known("project", &self.catalog.project, parameter)?;
                Ok(json(200, &live::project(&self.world, &self.catalog, self.since(request))))
            }
            Endpoint::EnvironmentLive => {
                let environment = self.environment(environment_id(parameter)?)?;
                Ok(json(200, &live::detail(&self.world, &self.catalog, environment, self.since(request))))
            }
            _ => (self.rest.ok_or(Problem::NotYet)?.0)(self, endpoint, &parameters, request, now),
        }
    }

    /// It takes the place of another: it answers what that one does, and revisions go on counting, so that a
    /// reader notices.
    pub fn succeed(&mut self, other: &Backend) {
        self.rest = self.rest.or(other.rest);
        self.world.revision = self.world.revision.max(other.world.revision + 1);
        self.opened = self.world.revision;
    }

    /// Puts another world in the place of the open one. Revisions go on counting, so that a reader notices.
    fn open(&mut self, mut world: World, catalog: Catalog, origin: String, now: Millis) {
        world.revision = world.revision.max(self.world.revision + 1);
        let ahead = world.now - now;
        let Backend { rest, start, .. } = *self;
        *self = Backend { opened: world.revision, ahead, world, catalog, origin, rest, start };
    }

    fn since(&self, request: &Request) -> live::Since {
        let revision = request.parameter("since").and_then(|since| since.parse().ok()).unwrap_or(0);
        live::Since { start: self.start, revision, full: revision < self.opened || revision > self.world.revision }
    }

    fn is_known(&self, what: &'static str, fields: &catalog::Fields, id: &str) -> Result<(), Problem> {
        let known = fields.get("id").and_then(serde_json::Value::as_str) == Some(id);
        if known { Ok(()) } else { Err(Problem::missing(what, id)) }
    }

    fn environment(&self, id: EnvironmentId) -> Result<&Environment, Problem> {
        self.world.environment(id).ok_or_else(|| Problem::missing("environment", id))
    }

    fn service(&self, id: ServiceId) -> Result<(&Environment, &Service), Problem> {
        let place = self.world.place(id).and_then(|(environment, service)| {
            let environment = self.world.environments.get(environment)?;
            Some((environment, environment.services.get(service)?))
        });
        place.ok_or_else(|| Problem::missing("service", id))
    }

    /// The service of a path, by the word of its type and its id.
    fn service_id(&self, word: &str, id: &str) -> Result<ServiceId, Problem> {
        let missing = || Problem::Missing { what: "service", id: format!("{id} ({word})") };
        let known: ServiceId = id.parse().map_err(|_| missing())?;
        let fits = self.world.place(known).is_some() && self.catalog.service_type(known).eq_ignore_ascii_case(word);
        if fits { Ok(known) } else { Err(missing()) }
    }
}

fn environment_id(text: &str) -> Result<EnvironmentId, Problem> {
    text.parse().map_err(|_| Problem::missing("environment", text))
}
