//! Puts a made-up project together: ids, descriptions, what runs, and a believable past.

use std::collections::HashMap;
use std::sync::Arc;

use serde_json::json;

use crate::api::Time;
use crate::backend::catalog::{self, Catalog, Description, Fields};
use crate::backend::{commits, tags};
use crate::lifecycle::{Action, Engine, EnvironmentId, Provider, RequestId, Scope, ServiceId, Source, StageId, Status};
use crate::simulator::random::mix;
use crate::simulator::{
    Actor, Configuration, Environment, Item, LastOperation, Millis, Mode, Origin, Outcome, Progress, Record, Service,
    Stage, Version, World,
};

use super::Open;
use super::blueprint::{Blueprint, Shape};

/// The stages every environment has (law §6), with what they are for.
const STAGES: [(&str, &str); 4] = [
    ("Database", "Databases are deployed first"),
    ("Job", "Jobs run once the databases are there"),
    ("Container", "Containers"),
    ("Application", "Applications and Helm charts"),
];

/// One minute and one hour, in ms.
pub const MINUTE: Millis = 60_000;
/// See [`MINUTE`].
pub const HOUR: Millis = 60 * MINUTE;

/// Where and what for an environment is.
pub struct Site {
    /// Its name.
    pub name: Arc<str>,
    /// What it is for.
    pub mode: Mode,
    /// Whose cluster it is on.
    pub provider: Provider,
    /// The cluster's region.
    pub region: &'static str,
}

impl Site {
    /// A site on the provider most of them are on.
    pub fn new(name: &str, mode: Mode) -> Site {
        Site { name: name.into(), mode, provider: Provider::Aws, region: "eu-west-3" }
    }
}

/// A project in the making.
pub struct Builder {
    seed: u64,
    now: Millis,
    ids: u64,
    slug: String,
    catalog: Catalog,
    environments: Vec<Environment>,
    shared: HashMap<(&'static str, Shape), Arc<Fields>>,
}

impl Builder {
    /// A project without environments, born at `now` (Unix ms).
    pub fn new(name: &str, seed: u64, now: Millis) -> Builder {
        let mut builder = Builder {
            seed,
            now,
            ids: 0,
            slug: name.to_ascii_lowercase(),
            catalog: Catalog { generated: true, born: now, ..Catalog::default() },
            environments: Vec::new(),
            shared: HashMap::new(),
        };
        let created_at = builder.long_ago();
        let (organization, project) = (builder.id(), builder.id());
        let (organization, project) = (StageId(organization).to_string(), StageId(project).to_string());
        let fields = |value: serde_json::Value| value.as_object().cloned().unwrap_or_default();
        builder.catalog.organization =
            fields(json!({ "id": organization, "created_at": created_at, "name": "Example Company", "plan": "TEAM" }));
        builder.catalog.project = fields(json!({
            "id": project, "created_at": created_at, "name": name, "description": "Made up",
            "associated_environments_count": 0, "organization": { "id": organization },
        }));
        builder
    }

    fn long_ago(&self) -> String {
        let day = 24 * HOUR;
        Time((self.now - 300 * day) / day * day).to_string()
    }

    /// The next id: a version 4 UUID that follows from the seed.
    pub fn id(&mut self) -> u128 {
        self.ids += 1;
        let high = mix(self.seed ^ mix(self.ids));
        let random = (u128::from(high) << 64) | u128::from(mix(high ^ self.seed));
        let version = 0xf000_u128 << 64;
        let variant = 0xc000_u128 << 48;
        random & !version & !variant | (0x4000_u128 << 64) | (0x8000_u128 << 48)
    }

    /// Adds an environment; its services are added to what is returned.
    pub fn environment(&mut self, site: &Site) -> Environment {
        let id = EnvironmentId(self.id());
        let cluster = format!("{}-{}", site.provider.name().to_ascii_lowercase(), site.region);
        let mut environment = Environment::new(id, &site.name, site.mode.clone(), site.provider, site.region);
        environment.cluster = cluster.as_str().into();
        environment.namespace = format!("{}-{}", self.slug, site.name).into();
        for (name, about) in STAGES {
            let id = StageId(self.id());
            let about = catalog::object(vec![
                ("description".to_owned(), about.into()),
                ("created_at".to_owned(), self.long_ago().into()),
            ]);
            self.catalog.stages.insert(id, Arc::new(about));
            environment.stages.push(Stage { id, name: name.into() });
        }
        let mode = match &site.mode {
            Mode::Production => "PRODUCTION",
            Mode::Staging => "STAGING",
            Mode::Development => "DEVELOPMENT",
            Mode::Preview => "PREVIEW",
            Mode::Unknown(name) => name,
        };
        let reference = |fields: &Fields| json!({ "id": fields.get("id") });
        let fields = catalog::object(vec![
            ("created_at".to_owned(), self.long_ago().into()),
            ("mode".to_owned(), mode.into()),
            ("organization".to_owned(), reference(&self.catalog.organization)),
            ("project".to_owned(), reference(&self.catalog.project)),
            ("cloud_provider".to_owned(), json!({ "provider": site.provider.name(), "cluster": site.region })),
            ("cluster_id".to_owned(), StageId(u128::from(mix(cluster.len() as u64)) << 64).to_string().into()),
            ("cluster_name".to_owned(), cluster.into()),
        ]);
        self.catalog.environments.insert(id, Description { fields: Arc::new(fields), status: Arc::default() });
        environment
    }

    /// Builds a service of an environment, running well since `at` in a version a few behind the newest.
    pub fn service(&mut self, environment: &Environment, blueprint: &Blueprint, at: Millis) -> Service {
        self.service_named(environment, blueprint, blueprint.name, at)
    }

    /// The same under another name: many services share one description then.
    pub fn service_named(
        &mut self,
        environment: &Environment,
        blueprint: &Blueprint,
        name: &str,
        at: Millis,
    ) -> Service {
        let shape = blueprint.shape;
        let id = ServiceId(self.id());
        let stage = environment.stages.get(shape.stage()).map_or(StageId(0), |stage| stage.id);
        let mut service = Service::new(id, name, shape.kind(), shape.source(), stage);
        match shape {
            Shape::ContainerDatabase(engine) | Shape::ManagedDatabase(engine) => service.engine = engine,
            Shape::LifecycleJob { stop } => service.has_stop_command = stop,
            Shape::Application | Shape::Container(_) | Shape::GitCron | Shape::ImageCron(_) | Shape::Helm(_) => {
                service.engine = Engine::Unknown;
            }
        }
        let created_at = self.long_ago();
        let shared = self.shared.entry((blueprint.name, shape));
        let fields = shared.or_insert_with(|| Arc::new(shape.fields(blueprint.name, &created_at))).clone();
        self.catalog.services.insert(id, Description { fields, status: Arc::default() });
        let (cpu_milli, memory_mb) = blueprint.resources;
        service.desired = Configuration {
            version: self.version(&service, 1 + (id.0 >> 64) as usize % 4, shape),
            cpu_milli,
            memory_mb,
            min_instances: blueprint.instances,
            max_instances: blueprint.instances * 2,
            variables: 0,
        };
        service.deployed(at)
    }

    /// The version that many behind the newest.
    fn version(&self, service: &Service, behind: usize, shape: Shape) -> Option<Version> {
        let listed = |list: Vec<String>| list.into_iter().nth(behind).map(|name| Version(name.into()));
        match shape {
            Shape::Application | Shape::LifecycleJob { .. } | Shape::GitCron => {
                Some(Version(commits::hash(self.seed, service.id, behind as u64).into()))
            }
            Shape::Container(image) | Shape::ImageCron(image) => listed(tags::tags(self.seed, image, self.now)),
            Shape::Helm(chart) => listed(tags::charts(self.seed, chart)),
            Shape::ContainerDatabase(_) | Shape::ManagedDatabase(_) => None,
        }
    }

    /// The version that many behind the newest, of a service that was built here.
    pub fn version_of(&self, service: &Service, behind: usize) -> Option<Version> {
        match service.source {
            Source::Git => Some(Version(commits::hash(self.seed, service.id, behind as u64).into())),
            Source::Image | Source::Chart => {
                let (name, _) = self.catalog.artefact(service.id)?;
                let list = match service.source {
                    Source::Chart => tags::charts(self.seed, name),
                    _ => tags::tags(self.seed, name, self.now),
                };
                list.into_iter().nth(behind).map(|name| Version(name.into()))
            }
            Source::None | Source::Unknown => None,
        }
    }

    /// Writes a past deployment of some services (by place) into the history, and what they know of it.
    pub fn past(&mut self, environment: &mut Environment, past: Past, services: impl IntoIterator<Item = usize>) {
        let id = RequestId(self.id());
        let (started_at, mut items) = (past.at, Vec::new());
        let mut ended_at = started_at + 20_000;
        for place in services {
            let Some(service) = environment.services.get_mut(place) else { continue };
            if !service.status.ever_deployed() {
                continue;
            }
            let took = 15_000 + (mix(service.id.0 as u64) % 90_000) as Millis;
            let stage = environment.stages.iter().position(|stage| stage.id == service.stage).unwrap_or(0);
            let began = started_at + stage as Millis * 60_000;
            let builds = service.source == Source::Git && past.action != Action::Stop && past.action != Action::Restart;
            let deploying = if builds { began + took } else { began };
            let over = deploying + took;
            ended_at = ended_at.max(over);
            let failed = service.status.is_error();
            let to = service.desired.version.clone();
            let from = service.running.as_ref().and_then(|running| running.version.clone());
            items.push(Item {
                service: service.id,
                place,
                action: past.action,
                chosen: None,
                from,
                to,
                queued_at: Some(started_at),
                building_at: builds.then_some(began),
                deploying_at: (service.status != Status::BuildError).then_some(deploying),
                canceling_at: (service.status == Status::Canceled).then_some(deploying + took / 2),
                ended_at: Some(over),
                status: Some(service.status.clone()),
                outcome: match service.status {
                    Status::Canceled => Outcome::Canceled,
                    _ if failed => Outcome::Failed,
                    _ => Outcome::Done,
                },
                note: service.note.clone(),
            });
            service.since = over;
            for pod in &mut service.pods {
                pod.since = over;
            }
            service.last =
                Some(LastOperation { request: id, action: past.action, actor: past.actor.clone(), at: began });
        }
        let progress = match () {
            () if items.iter().any(|item| item.outcome == Outcome::Canceled) => Progress::Canceled,
            () if items.iter().any(|item| item.outcome == Outcome::Failed) => Progress::Failed,
            () => Progress::Succeeded,
        };
        environment.history.push(Record {
            id,
            action: past.action,
            scope: past.scope,
            actor: past.actor,
            force: false,
            accepted_at: started_at - 400,
            started_at: Some(started_at),
            ended_at: Some(ended_at),
            progress,
            canceled_by: (progress == Progress::Canceled).then(|| Actor::console("Ben Sample")),
            items,
        });
    }

    /// Adds the environment to the project.
    pub fn add(&mut self, environment: Environment) {
        self.environments.push(environment);
    }

    /// The project as a world.
    pub fn finish(mut self) -> Open {
        let count = self.environments.len().into();
        self.catalog.project.insert("associated_environments_count".to_owned(), count);
        (World::new(self.seed, self.now, self.environments), self.catalog)
    }
}

/// A past deployment to write down.
pub struct Past {
    /// What was asked.
    pub action: Action,
    /// Of what.
    pub scope: Scope,
    /// By whom.
    pub actor: Actor,
    /// When it started, Unix ms.
    pub at: Millis,
}

impl Past {
    /// One of the people of the made-up company, from where they usually work.
    pub fn new(action: Action, scope: Scope, who: &str, origin: Origin, at: Millis) -> Past {
        Past { action, scope, actor: Actor { name: who.into(), origin }, at }
    }
}
