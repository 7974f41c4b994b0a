//! What a made-up service is, and its description in the contract's fields.

use serde_json::{Value, json};

use crate::backend::catalog::{self, Fields};
use crate::lifecycle::{Engine, Kind, Source};

/// What a service is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// An application; its repository is named like it.
    Application,
    /// A container of an image of that name.
    Container(&'static str),
    /// A database in a container.
    ContainerDatabase(Engine),
    /// A database of the cloud provider.
    ManagedDatabase(Engine),
    /// A lifecycle job built from git; with a command for Stop or without.
    LifecycleJob {
        /// Whether Stop runs a command.
        stop: bool,
    },
    /// A cron job built from git.
    GitCron,
    /// A cron job of an image of that name.
    ImageCron(&'static str),
    /// A Helm chart of that name.
    Helm(&'static str),
}

/// A service to build.
#[derive(Clone, Copy, Debug)]
pub struct Blueprint {
    /// Its name.
    pub name: &'static str,
    /// What it is.
    pub shape: Shape,
    /// mCPU and MB.
    pub resources: (u32, u32),
    /// Number of instances; at most twice as many.
    pub instances: u32,
}

/// The id of the one image registry and of the one chart repository.
pub const REGISTRY: &str = "5e1f0000-0000-4000-8000-000000000001";
/// See [`REGISTRY`].
pub const CHARTS: &str = "5e1f0000-0000-4000-8000-000000000002";

impl Shape {
    /// What the law calls it.
    pub fn kind(self) -> Kind {
        match self {
            Shape::Application => Kind::Application,
            Shape::Container(_) => Kind::Container,
            Shape::ContainerDatabase(_) => Kind::ContainerDatabase,
            Shape::ManagedDatabase(_) => Kind::ManagedDatabase,
            Shape::LifecycleJob { .. } => Kind::LifecycleJob,
            Shape::GitCron | Shape::ImageCron(_) => Kind::CronJob,
            Shape::Helm(_) => Kind::Helm,
        }
    }

    /// Where its code comes from.
    pub fn source(self) -> Source {
        match self {
            Shape::Application | Shape::LifecycleJob { .. } | Shape::GitCron => Source::Git,
            Shape::Container(_) | Shape::ImageCron(_) => Source::Image,
            Shape::ContainerDatabase(_) | Shape::ManagedDatabase(_) => Source::None,
            Shape::Helm(_) => Source::Chart,
        }
    }

    /// The stage it is deployed in by default, from 0 (law §6).
    pub fn stage(self) -> usize {
        match self {
            Shape::ContainerDatabase(_) | Shape::ManagedDatabase(_) => 0,
            Shape::LifecycleJob { .. } | Shape::GitCron | Shape::ImageCron(_) => 1,
            Shape::Container(_) => 2,
            Shape::Application | Shape::Helm(_) => 3,
        }
    }

    /// The contract's fields of it, less those that the program writes itself.
    pub fn fields(self, name: &str, created_at: &str) -> Fields {
        let kind = match self {
            Shape::Application => application(name),
            Shape::Container(image) => container(image),
            Shape::ContainerDatabase(engine) => database(engine, "CONTAINER"),
            Shape::ManagedDatabase(engine) => database(engine, "MANAGED"),
            Shape::LifecycleJob { stop } => {
                let command = json!({ "arguments": ["run"], "entrypoint": "" });
                let mut schedule = catalog::object(vec![("on_start".to_owned(), command.clone())]);
                if stop {
                    schedule.insert("on_stop".to_owned(), command);
                }
                job("LIFECYCLE", git_source(name), Value::Object(schedule))
            }
            Shape::GitCron => job("CRON", git_source(name), schedule("0 3 * * *")),
            Shape::ImageCron(image) => job("CRON", json!({ "image": image_of(image) }), schedule("*/20 * * * *")),
            Shape::Helm(chart) => helm(chart),
        };
        let mut fields = match kind {
            Value::Object(fields) => fields,
            _ => Fields::new(),
        };
        fields.insert("created_at".to_owned(), created_at.into());
        fields.insert("updated_at".to_owned(), created_at.into());
        fields.insert("description".to_owned(), "".into());
        fields
    }
}

fn repository(name: &str) -> Value {
    json!({
        "has_access": true, "provider": "GITHUB", "owner": "shop", "name": format!("shop/{name}"),
        "url": format!("https://git.example/shop/{name}.git"), "branch": "main", "root_path": "/",
    })
}

fn git_source(name: &str) -> Value {
    json!({ "docker": { "git_repository": repository(name), "dockerfile_path": "Dockerfile" } })
}

fn image_of(image: &str) -> Value {
    json!({
        "image_name": image, "registry_id": REGISTRY,
        "registry": { "id": REGISTRY, "name": "registry", "url": "https://registry.example", "kind": "GENERIC_CR" },
    })
}

fn application(name: &str) -> Value {
    json!({
        "service_type": "APPLICATION", "git_repository": repository(name), "build_mode": "DOCKER",
        "dockerfile_path": "Dockerfile", "maximum_cpu": 4000, "maximum_memory": 8192, "gpu": 0, "healthchecks": {},
        "auto_preview": false, "auto_deploy": false, "icon_uri": "app://icons/application", "ports": [], "storage": [],
    })
}

fn container(image: &str) -> Value {
    let mut fields = json!({
        "service_type": "CONTAINER", "maximum_cpu": 4000, "maximum_memory": 8192, "maximum_gpu": 0, "gpu": 0,
        "healthchecks": {}, "auto_preview": false, "auto_deploy": false, "icon_uri": "app://icons/container",
        "ports": [], "storage": [],
    });
    if let (Value::Object(fields), Value::Object(image)) = (&mut fields, image_of(image)) {
        fields.extend(image);
    }
    fields
}

fn database(engine: Engine, mode: &str) -> Value {
    let version = match engine {
        Engine::Postgresql => "16",
        Engine::Mysql => "8.0",
        Engine::Mongodb => "7.0",
        Engine::Redis => "7.1",
        Engine::Unknown => "1",
    };
    let mut fields = json!({
        "service_type": "DATABASE", "type": engine.name(), "version": version, "mode": mode,
        "accessibility": "PRIVATE", "storage": 20, "icon_uri": "app://icons/database",
    });
    if let (Value::Object(fields), "MANAGED") = (&mut fields, mode) {
        fields.insert("instance_type".to_owned(), "db.t3.medium".into());
    }
    fields
}

fn job(job_type: &str, source: Value, schedule: Value) -> Value {
    json!({
        "service_type": "JOB", "job_type": job_type, "source": source, "schedule": schedule, "maximum_cpu": 4000,
        "maximum_memory": 8192, "maximum_gpu": 0, "gpu": 0, "max_nb_restart": 0, "max_duration_seconds": 300,
        "healthchecks": {}, "auto_preview": false, "auto_deploy": false, "icon_uri": "app://icons/job",
    })
}

fn schedule(at: &str) -> Value {
    json!({ "cronjob": { "scheduled_at": at, "timezone": "Etc/UTC", "arguments": [], "entrypoint": "" } })
}

fn helm(chart: &str) -> Value {
    json!({
        "service_type": "HELM", "timeout_sec": 600, "auto_preview": false, "auto_deploy": false, "ports": [],
        "arguments": [], "allow_cluster_wide_resources": false, "values_override": {},
        "icon_uri": "app://icons/helm",
        "source": { "repository": {
            "chart_name": chart,
            "repository": { "id": CHARTS, "name": "charts", "url": "https://charts.example" },
        } },
    })
}
