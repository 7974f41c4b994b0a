//! What is known of a project beside what the simulator models: everything that only describes.
//!
//! Each entity keeps the JSON it came with, less what this program writes itself; on the way out ours is laid over it.
//! So fields and enum values that are not known here are shown and survive. Services that are described alike share one
//! description: 10,000 of them cost as much as a few.

use std::collections::HashMap;
use std::sync::Arc;

use serde_json::{Map, Value};

use crate::lifecycle::{EnvironmentId, ServiceId, Source, StageId};
use crate::simulator::{Service, World};

use super::{commits, tags};

/// Fields of a JSON object.
pub type Fields = Map<String, Value>;

/// An object of these fields.
///
/// They are inserted one by one: collecting brings a sort of its own to every place that does it, 3 kB in the page each.
pub fn object(of: Vec<(String, Value)>) -> Fields {
    let mut fields = Fields::new();
    fields.extend(of);
    fields
}

/// What describes an environment or a service.
#[derive(Clone, Debug, Default)]
pub struct Description {
    /// Of the entity itself.
    pub fields: Arc<Fields>,
    /// Of its status.
    pub status: Arc<Fields>,
}

/// Lists of versions of services, whole, each with the part of the file it came in: `commits`, `tags`, `charts`.
pub type Versions = HashMap<ServiceId, Vec<(&'static str, Value)>>;

/// All descriptions of a project.
#[derive(Clone, Debug, Default)]
pub struct Catalog {
    /// The organization, whole.
    pub organization: Fields,
    /// The project, whole.
    pub project: Fields,
    /// Its environments.
    pub environments: HashMap<EnvironmentId, Description>,
    /// Their services.
    pub services: HashMap<ServiceId, Description>,
    /// Their stages.
    pub stages: HashMap<StageId, Arc<Fields>>,
    /// Commits, image tags and chart versions of a service, where they came with a file.
    pub versions: Versions,
    /// Whether versions that did not come with a file are made from the seed.
    pub generated: bool,
    /// When the world was born, Unix ms: the newest commit is a little older.
    pub born: i64,
    /// Top-level entries of the file that are not known here.
    pub extra: Fields,
}

/// Where a service's version stands in the contract's JSON, by its `service_type` and source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// `git_repository.deployed_commit_id` of an application.
    Application,
    /// `tag` of a container.
    Container,
    /// `source.image.tag` of a job.
    ImageJob,
    /// `source.docker.git_repository.deployed_commit_id` of a job.
    GitJob,
    /// `source.repository.chart_version` of a chart.
    Chart,
    /// `source.git.git_repository.deployed_commit_id` of a chart.
    GitChart,
    /// A database has none.
    Database,
    /// A type that this version does not know: nothing of it is written.
    Unknown,
}

impl Place {
    /// The place, from a service's description.
    pub fn of(fields: &Fields) -> Place {
        let source = |key| fields.get("source").and_then(|source| source.get(key)).is_some();
        match fields.get("service_type").and_then(Value::as_str) {
            Some("APPLICATION") => Place::Application,
            Some("CONTAINER") => Place::Container,
            Some("DATABASE") => Place::Database,
            Some("JOB") if source("docker") => Place::GitJob,
            Some("JOB") => Place::ImageJob,
            Some("HELM") if source("git") => Place::GitChart,
            Some("HELM") => Place::Chart,
            Some(_) | None => Place::Unknown,
        }
    }

    /// The keys that lead there.
    pub fn path(self) -> &'static [&'static str] {
        match self {
            Place::Application => &["git_repository", "deployed_commit_id"],
            Place::Container => &["tag"],
            Place::ImageJob => &["source", "image", "tag"],
            Place::GitJob => &["source", "docker", "git_repository", "deployed_commit_id"],
            Place::Chart => &["source", "repository", "chart_version"],
            Place::GitChart => &["source", "git", "git_repository", "deployed_commit_id"],
            Place::Database | Place::Unknown => &[],
        }
    }

    /// What a version means there.
    pub fn source(self) -> Source {
        match self {
            Place::Application | Place::GitJob | Place::GitChart => Source::Git,
            Place::Container | Place::ImageJob => Source::Image,
            Place::Chart => Source::Chart,
            Place::Database => Source::None,
            Place::Unknown => Source::Unknown,
        }
    }

    /// The key of the image's or chart's name, beside the version.
    fn name(self) -> Option<&'static str> {
        match self {
            Place::Container | Place::ImageJob => Some("image_name"),
            Place::Chart => Some("chart_name"),
            Place::Application | Place::GitJob | Place::GitChart | Place::Database | Place::Unknown => None,
        }
    }

    /// The object that holds the version.
    fn holder(self, fields: &Fields) -> Option<&Fields> {
        let (_, way) = self.path().split_last()?;
        way.iter().try_fold(fields, |fields, key| fields.get(*key)?.as_object())
    }
}

impl Catalog {
    /// The JSON a service came with, less ours.
    pub fn service(&self, id: ServiceId) -> &Fields {
        static NONE: std::sync::OnceLock<Fields> = std::sync::OnceLock::new();
        match self.services.get(&id) {
            Some(description) => &description.fields,
            None => NONE.get_or_init(Fields::new),
        }
    }

    /// The service's type on the wire.
    pub fn service_type(&self, id: ServiceId) -> &str {
        self.service(id).get("service_type").and_then(Value::as_str).unwrap_or("UNKNOWN")
    }

    /// The name of the image or chart a service runs, and the id of the registry or repository it is in.
    pub fn artefact(&self, id: ServiceId) -> Option<(&str, &str)> {
        let fields = self.service(id);
        let place = Place::of(fields);
        let holder = place.holder(fields)?;
        let registry = holder.get("registry").or_else(|| holder.get("repository"))?.get("id")?;
        Some((holder.get(place.name()?)?.as_str()?, registry.as_str()?))
    }

    /// The versions that came with a file, of the sort a service is deployed by.
    pub fn listed(&self, service: &Service) -> Option<&Value> {
        let part = match service.source {
            Source::Git => "commits",
            Source::Image => "tags",
            Source::Chart => "charts",
            Source::None | Source::Unknown => return None,
        };
        self.versions.get(&service.id)?.iter().find(|(of, _)| *of == part).map(|(_, listed)| listed)
    }

    /// Commits of a git service, newest first, as JSON.
    pub fn commits(&self, world: &World, service: &Service) -> Value {
        if let Some(listed) = self.listed(service) {
            return listed.clone();
        }
        if self.generated {
            let commits: Vec<_> = commits::commits(world.seed, service.id, self.born).collect();
            return serde_json::to_value(commits).unwrap_or_default();
        }
        Value::Array(Vec::new())
    }

    /// One of them; `None`: it is not listed.
    pub fn commit(&self, world: &World, service: &Service, id: &str) -> Option<Value> {
        match self.listed(service) {
            _ if service.source != Source::Git => None,
            Some(listed) => {
                let named = |commit: &&Value| commit.get("git_commit_id").and_then(Value::as_str) == Some(id);
                listed.as_array()?.iter().find(named).cloned()
            }
            None if self.generated => {
                let mut commits = commits::commits(world.seed, service.id, self.born);
                serde_json::to_value(commits.find(|commit| commit.git_commit_id == id)?).ok()
            }
            None => None,
        }
    }

    /// Whether a service can be deployed in this version; `None`: its versions are not known, so any is plausible.
    pub fn has_version(&self, world: &World, service: &Service, version: &str) -> Option<bool> {
        if let Some(listed) = self.listed(service) {
            let artefact = self.artefact(service.id).map(|(name, _)| name);
            return Some(names(listed, artefact).any(|name| name == version));
        }
        if !self.generated {
            return None;
        }
        let listed = |names: Vec<String>| names.iter().any(|name| name == version);
        match service.source {
            Source::Git => Some(commits::has(world.seed, service.id, version)),
            Source::Image => Some(listed(tags::tags(world.seed, self.artefact(service.id)?.0, self.born))),
            Source::Chart => Some(listed(tags::charts(world.seed, self.artefact(service.id)?.0))),
            Source::None | Source::Unknown => None,
        }
    }

    /// Whether this is the newest commit of a service with a git source.
    pub fn is_newest(&self, world: &World, service: &Service, version: &str) -> bool {
        match self.listed(service) {
            _ if service.source != Source::Git => false,
            Some(listed) => names(listed, None).next() == Some(version),
            None => self.generated && commits::hash(world.seed, service.id, 0) == version,
        }
    }
}

/// The names in a list of commits (`git_commit_id`), or in a list of `{image_name or chart_name, versions: […]}`: the
/// registry may answer with more images than the one asked for.
fn names<'a>(listed: &'a Value, artefact: Option<&'a str>) -> impl Iterator<Item = &'a str> {
    let of = move |item: &'a Value| {
        let name = item.get("image_name").or_else(|| item.get("chart_name")).and_then(Value::as_str);
        let other = name.is_some() && artefact.is_some() && name != artefact;
        let versions = item.get("versions").and_then(Value::as_array).filter(|_| !other);
        versions.into_iter().flatten().chain(item.get("git_commit_id")).filter_map(Value::as_str)
    };
    listed.as_array().into_iter().flatten().flat_map(of)
}
