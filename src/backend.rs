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
mod fault;
mod history;
mod live;
pub mod place;
mod read;
pub mod scenario;
mod service;
mod status;
mod tags;
mod wire;
pub mod world_file;

use crate::api::routes::{Found, NotFound, find};
use crate::api::scenario::Capabilities;
use crate::api::{Endpoint, Request, Response};
use crate::lifecycle::{EnvironmentId, RequestId, ServiceId, Source};
use crate::simulator::{Environment, Millis, Service, World};

use answer::{Problem, json};
use catalog::Catalog;
use world_file::{WORLD_FILES, WorldFiles};

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
    /// What reads and writes world files, once it is there.
    files: Option<WorldFiles>,
}

impl Backend {
    /// A backend with a scenario open; a name that is not known opens the first one.
    pub fn scenario(name: &str, seed: u64, now: Millis) -> Backend {
        Backend { files: Some(WORLD_FILES), ..Backend::without_files(name, seed, now) }
    }

    /// The same, before it knows how to read and write world files.
    pub fn without_files(name: &str, seed: u64, now: Millis) -> Backend {
        let (name, (world, catalog)) = scenario::build(name, seed, moment(now));
        Backend { opened: world.revision, world, catalog, origin: name.to_owned(), ahead: 0, files: None }
    }

    /// From now on it reads and writes world files.
    pub fn set_files(&mut self, files: WorldFiles) {
        self.files = Some(files);
    }

    fn files(&self) -> Result<WorldFiles, Problem> {
        self.files.ok_or(Problem::NoFilesYet)
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
        let parameter = |place: usize| parameters.get(place).map_or("", String::as_str);
        match endpoint {
            Endpoint::Organizations => Ok(read::project(self, endpoint)),
            Endpoint::Projects => {
                self.is_known("organization", &self.catalog.organization, parameter(0))?;
                Ok(read::project(self, endpoint))
            }
            Endpoint::Images | Endpoint::Charts => {
                self.is_known("organization", &self.catalog.organization, parameter(0))?;
                let (name, source) = match endpoint {
                    Endpoint::Charts => ("chartName", Source::Chart),
                    _ => ("imageName", Source::Image),
                };
                read::artefacts(self, parameter(1), request.parameter(name), source)
            }
            Endpoint::Environments | Endpoint::EnvironmentsOverview | Endpoint::EnvironmentsStatus => {
                self.is_known("project", &self.catalog.project, parameter(0))?;
                Ok(read::environments(self, endpoint))
            }
            Endpoint::Environment
            | Endpoint::EnvironmentStatus
            | Endpoint::Statuses
            | Endpoint::StatusesWithStages
            | Endpoint::Services
            | Endpoint::Stages
            | Endpoint::History
            | Endpoint::Queue
            | Endpoint::Logs => read::environment(self, endpoint, environment_id(parameter(0))?, request),
            Endpoint::DeployEnvironment
            | Endpoint::RedeployEnvironment
            | Endpoint::StopEnvironment
            | Endpoint::CancelEnvironment => {
                act::on_environment(self, endpoint, environment_id(parameter(0))?, request)
            }
            Endpoint::DeploySubset | Endpoint::RestartSubset | Endpoint::StopSubset => {
                act::on_subset(self, endpoint, environment_id(parameter(0))?, request)
            }
            Endpoint::TakeBack => act::take_back(self, parameter(0), request),
            Endpoint::Service | Endpoint::ServiceStatus | Endpoint::Commits => {
                let id = self.service_id(parameter(0), parameter(1))?;
                read::service(self, endpoint, id)
            }
            Endpoint::Configure => act::configure(self, self.service_id(parameter(0), parameter(1))?, request),
            Endpoint::DeployService | Endpoint::RedeployService | Endpoint::StopService | Endpoint::RestartService => {
                let id = self.service_id(parameter(0), parameter(1))?;
                act::on_service(self, endpoint, id, request)
            }
            Endpoint::Capabilities => {
                let version = env!("CARGO_PKG_VERSION").to_owned();
                Ok(json(200, &Capabilities { name: "playhead".to_owned(), version, demo: true }))
            }
            Endpoint::ProjectLive => {
                self.is_known("project", &self.catalog.project, parameter(0))?;
                Ok(json(200, &live::project(&self.world, &self.catalog, self.since(request))))
            }
            Endpoint::EnvironmentLive => {
                let environment = self.environment(environment_id(parameter(0))?)?;
                Ok(json(200, &live::detail(&self.world, &self.catalog, environment, self.since(request))))
            }
            Endpoint::Outcome => {
                let missing = || Problem::forgotten("request", parameter(0));
                let id: RequestId = parameter(0).parse().map_err(|_| missing())?;
                let found = |environment: &_| live::outcome(&self.world, environment, id);
                self.world.environments.iter().find_map(found).map(|body| json(200, &body)).ok_or_else(missing)
            }
            Endpoint::Faults => Ok(json(200, &fault::body(&self.world.faults))),
            Endpoint::SetFaults => fault::set(&mut self.world, request),
            Endpoint::Scenarios => Ok(json(200, &scenario::list(&self.origin, self.world.seed))),
            Endpoint::Reset => self.reset(request, now),
            Endpoint::ExportWorld => Ok((self.files()?.write)(&self.world, &self.catalog, &self.origin)),
            Endpoint::ImportWorld => {
                let (world, catalog, origin) = (self.files()?.read)(&request.body, now)?;
                self.open(world, catalog, origin, now);
                Ok(json(200, &scenario::list(&self.origin, self.world.seed)))
            }
        }
    }

    fn reset(&mut self, request: &Request, now: Millis) -> Result<Response, Problem> {
        let document = body::document(&request.body)?;
        let at = place::At::root(&document);
        let (name, seed) = (at.key("name"), at.key("seed"));
        let text = name.text()?;
        if !scenario::NAMES.contains(&text) {
            return Err(name.wrong(format!("one of {} is expected, not {text:?}", scenario::NAMES.join(", "))).into());
        }
        let seed = match seed.value {
            serde_json::Value::Null => 0,
            value => value.as_u64().ok_or_else(|| seed.expected("a whole number"))?,
        };
        let (name, (world, catalog)) = scenario::build(text, seed, now);
        self.open(world, catalog, name.to_owned(), now);
        Ok(json(200, &scenario::list(&self.origin, self.world.seed)))
    }

    /// It takes the place of another: it reads and writes world files as that one, and revisions go on counting, so that a
    /// reader notices.
    pub fn succeed(&mut self, other: &Backend) {
        self.files = self.files.or(other.files);
        self.world.revision = self.world.revision.max(other.world.revision + 1);
        self.opened = self.world.revision;
    }

    /// Puts another world in the place of the open one. Revisions go on counting, so that a reader notices.
    fn open(&mut self, mut world: World, catalog: Catalog, origin: String, now: Millis) {
        world.revision = world.revision.max(self.world.revision + 1);
        let ahead = world.now - now;
        *self = Backend { opened: world.revision, ahead, world, catalog, origin, files: self.files };
    }

    fn since(&self, request: &Request) -> live::Since {
        let revision = request.parameter("since").and_then(|since| since.parse().ok()).unwrap_or(0);
        live::Since { revision, full: revision < self.opened || revision > self.world.revision }
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
