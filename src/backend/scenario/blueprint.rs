//! What a made-up service is, and its description in the contract's fields.

use serde_json::Value;

use crate::backend::catalog::Fields;
use crate::lifecycle::{Engine, Kind, Source};

/// What a service is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
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
        let (template, artefact, engine) = match self {
            Shape::Application => (APPLICATION, "", Engine::Unknown),
            Shape::Container(image) => (CONTAINER, image, Engine::Unknown),
            Shape::ContainerDatabase(engine) => (CONTAINER_DATABASE, "", engine),
            Shape::ManagedDatabase(engine) => (MANAGED_DATABASE, "", engine),
            Shape::LifecycleJob { stop: false } => (START_JOB, "", Engine::Unknown),
            Shape::LifecycleJob { stop: true } => (START_AND_STOP_JOB, "", Engine::Unknown),
            Shape::GitCron => (GIT_CRON, "", Engine::Unknown),
            Shape::ImageCron(image) => (IMAGE_CRON, image, Engine::Unknown),
            Shape::Helm(chart) => (HELM, chart, Engine::Unknown),
        };
        let version = match engine {
            Engine::Postgresql => "16",
            Engine::Mysql => "8.0",
            Engine::Mongodb => "7.0",
            Engine::Redis => "7.1",
            Engine::Unknown => "1",
        };
        let mut text = format!("{{{COMMON},{template}}}");
        let blanks = [
            ("<job>", JOB),
            ("<git>", GIT),
            ("<image>", IMAGE),
            ("<served>", SERVED),
            ("<limits>", LIMITS),
            ("<probe>", PROBE),
            ("<name>", name),
            ("<artefact>", artefact),
            ("<engine>", engine.name()),
            ("<version>", version),
            ("<created>", created_at),
        ];
        for (blank, value) in blanks {
            text = text.replace(blank, value);
        }
        match serde_json::from_slice(text.as_bytes()) {
            Ok(Value::Object(fields)) => fields,
            // The tests build every shape.
            Ok(_) | Err(_) => Fields::new(),
        }
    }
}

// Templates rather than code that builds them: a tenth of the size in the page. Blanks are in angle brackets.

const COMMON: &str = r#""created_at":"<created>","updated_at":"<created>","description":"""#;

const LIMITS: &str = r#""maximum_cpu":4000,"maximum_memory":8192,"maximum_gpu":0,"gpu":0,
"auto_preview":false,"auto_deploy":false"#;

const SERVED: &str = r#"<limits>,"healthchecks":{"readiness_probe":<probe>,"liveness_probe":null},"storage":[],
"ports":[{"id":"5e1f0000-0000-4000-8000-000000000003","name":"web","internal_port":8080,"external_port":443,
"publicly_accessible":true,"is_default":true,"protocol":"HTTP"}]"#;

const PROBE: &str = r#"{"type":{"http":{"path":"/healthz","scheme":"HTTP","port":8080}},"initial_delay_seconds":10,
"period_seconds":5,"timeout_seconds":2,"success_threshold":1,"failure_threshold":3}"#;

const GIT: &str = r#""git_repository":{"has_access":true,"provider":"GITHUB","owner":"shop","name":"shop/<name>",
"url":"https://git.example/shop/<name>.git","branch":"main","root_path":"/"},"dockerfile_path":"Dockerfile""#;

const IMAGE: &str = r#""image_name":"<artefact>","registry_id":"5e1f0000-0000-4000-8000-000000000001",
"registry":{"id":"5e1f0000-0000-4000-8000-000000000001","name":"registry","url":"https://registry.example",
"kind":"GENERIC_CR"}"#;

const APPLICATION: &str = r#""service_type":"APPLICATION",<git>,"build_mode":"DOCKER",<served>,
"icon_uri":"app://icons/application""#;

const CONTAINER: &str = r#""service_type":"CONTAINER",<image>,<served>,
"icon_uri":"app://icons/container""#;

const CONTAINER_DATABASE: &str = r#""service_type":"DATABASE","type":"<engine>","version":"<version>","mode":"CONTAINER",
"accessibility":"PRIVATE","storage":20,"icon_uri":"app://icons/database""#;

const MANAGED_DATABASE: &str = r#""service_type":"DATABASE","type":"<engine>","version":"<version>","mode":"MANAGED",
"accessibility":"PRIVATE","storage":20,"icon_uri":"app://icons/database","instance_type":"db.t3.medium""#;

const JOB: &str = r#""service_type":"JOB",<limits>,"healthchecks":{},"max_nb_restart":0,"max_duration_seconds":300,
"icon_uri":"app://icons/job""#;

const START_JOB: &str = r#"<job>,"job_type":"LIFECYCLE","source":{"docker":{<git>}},
"schedule":{"on_start":{"arguments":["run"],"entrypoint":""}}"#;

const START_AND_STOP_JOB: &str = r#"<job>,"job_type":"LIFECYCLE","source":{"docker":{<git>}},
"schedule":{"on_start":{"arguments":["run"],"entrypoint":""},"on_stop":{"arguments":["run"],"entrypoint":""}}"#;

const GIT_CRON: &str = r#"<job>,"job_type":"CRON","source":{"docker":{<git>}},
"schedule":{"cronjob":{"scheduled_at":"0 3 * * *","timezone":"Etc/UTC","arguments":[],"entrypoint":""}}"#;

const IMAGE_CRON: &str = r#"<job>,"job_type":"CRON","source":{"image":{<image>}},
"schedule":{"cronjob":{"scheduled_at":"*/20 * * * *","timezone":"Etc/UTC","arguments":[],"entrypoint":""}}"#;

const HELM: &str = r#""service_type":"HELM","timeout_sec":600,"auto_preview":false,"auto_deploy":false,"ports":[],
"arguments":[],"allow_cluster_wide_resources":false,"values_override":{},"icon_uri":"app://icons/helm",
"source":{"repository":{"chart_name":"<artefact>","repository":{"id":"5e1f0000-0000-4000-8000-000000000002",
"name":"charts","url":"https://charts.example"}}}"#;
