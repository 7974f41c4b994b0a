//! What else is configured: nothing of it decides what is allowed, and no list needs it.
//!
//! It is read of one service or environment at a time, when somebody looks at it. Models of this part grow often, so what
//! cannot be read of it is left out, and never makes the thing itself unreadable.

use serde_json::Value;

use super::reading::{Read, Reader, readable};
use super::time::Time;

/// Something, as its own address tells it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Detailed<T, D> {
    /// What lists tell too.
    pub plain: T,
    /// The rest.
    pub details: D,
}

impl<T: Read, D: Read> Read for Detailed<T, D> {
    fn read(from: &Reader<'_>) -> Detailed<T, D> {
        Detailed { plain: T::read(from), details: from.leniently() }
    }
}

/// What else is told of an environment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EnvironmentDetails {
    /// When it was made.
    pub created_at: Option<Time>,
    /// When its configuration was changed last.
    pub updated_at: Option<Time>,
    /// By whom.
    pub last_updated_by: Option<String>,
    /// When it will be removed by itself.
    pub expires_at: Option<Time>,
}

readable!(EnvironmentDetails { created_at, updated_at, last_updated_by, expires_at });

/// What else is configured of a service; what its kind has not is none.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ServiceDetails {
    /// When it was made.
    pub created_at: Option<Time>,
    /// When its configuration was changed last.
    pub updated_at: Option<Time>,
    /// Whether a new commit or tag is deployed by itself.
    pub auto_deploy: Option<bool>,
    /// What it listens on.
    pub ports: Vec<Port>,
    /// Its probes.
    pub healthchecks: Option<Healthchecks>,
    /// What it stores.
    pub storage: Option<Storage>,
    /// Of what is built: the way to its Dockerfile.
    pub dockerfile_path: Option<String>,
    /// `AMD64`, `ARM64`.
    pub cpu_architecture: Option<String>,
    /// Of a job: the longest it may execute, in seconds.
    pub max_duration_seconds: Option<u64>,
    /// Of a job: how often it is tried again.
    pub max_nb_restart: Option<u32>,
    /// Of a chart: the longest its deployment may take, in seconds.
    pub timeout_sec: Option<u64>,
    /// Of a database: `PRIVATE`, `PUBLIC`.
    pub accessibility: Option<String>,
    /// Of a database: where it is reached.
    pub host: Option<String>,
    /// Of a database: on which port.
    pub port: Option<u32>,
    /// Of a managed database: the provider's kind of machine.
    pub instance_type: Option<String>,
}

readable!(ServiceDetails {
    created_at,
    updated_at,
    auto_deploy,
    ports,
    healthchecks,
    storage,
    dockerfile_path,
    cpu_architecture,
    max_duration_seconds,
    max_nb_restart,
    timeout_sec,
    accessibility,
    host,
    port,
    instance_type
});

/// A port that a service listens on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Port {
    /// The name.
    pub name: Option<String>,
    /// Of a chart: the Kubernetes service it is of.
    pub service_name: Option<String>,
    /// The port in the cluster.
    pub internal_port: Option<u32>,
    /// The port it is reached on from outside.
    pub external_port: Option<u32>,
    /// Whether it is reached from outside.
    pub publicly_accessible: Option<bool>,
    /// `HTTP`, `GRPC`, `TCP`, `UDP`.
    pub protocol: String,
}

readable!(Port { name, service_name, internal_port, external_port, publicly_accessible, protocol });

/// The probes of a service.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Healthchecks {
    /// Whether a pod takes requests.
    pub readiness_probe: Option<Probe>,
    /// Whether a pod is to be started again.
    pub liveness_probe: Option<Probe>,
}

readable!(Healthchecks { readiness_probe, liveness_probe });

/// A probe, with its times in seconds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Probe {
    /// How it asks.
    pub kind: ProbeType,
    /// How long after its start a pod is asked first.
    pub initial_delay_seconds: Option<u64>,
    /// How often it is asked.
    pub period_seconds: Option<u64>,
    /// How long an answer may take.
    pub timeout_seconds: Option<u64>,
    /// So many failures in a row count.
    pub failure_threshold: Option<u32>,
}

readable!(Probe {
    kind = "type",
    initial_delay_seconds,
    period_seconds,
    timeout_seconds,
    failure_threshold
});

/// How a probe asks: one of them is there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProbeType {
    /// By a connection.
    pub tcp: Option<ProbeTarget>,
    /// By a request.
    pub http: Option<ProbeTarget>,
    /// By a call.
    pub grpc: Option<ProbeTarget>,
    /// By a command in the pod.
    pub exec: Option<ProbeCommand>,
}

readable!(ProbeType { tcp, http, grpc, exec });

/// What a probe asks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProbeTarget {
    /// The port.
    pub port: Option<u32>,
    /// Of a request: the path.
    pub path: Option<String>,
    /// Of a request: `HTTP`, `HTTPS`.
    pub scheme: Option<String>,
}

readable!(ProbeTarget { port, path, scheme });

/// What a probe runs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProbeCommand {
    /// The command and its arguments.
    pub command: Vec<String>,
}

readable!(ProbeCommand { command });

/// A volume of a service.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Volume {
    /// GB.
    pub size: Option<u32>,
    /// Where it is in the pod.
    pub mount_point: String,
}

readable!(Volume { size, mount_point });

/// What is stored: databases tell a size, others a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Storage {
    /// GB.
    Size(u32),
    /// Volumes, each at its place; maybe none.
    Volumes(Vec<Volume>),
}

impl Read for Storage {
    fn read(from: &Reader<'_>) -> Storage {
        match from.at.value {
            Value::Number(_) => Storage::Size(u32::read(from)),
            _ => Storage::Volumes(Vec::read(from)),
        }
    }
}
