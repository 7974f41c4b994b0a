//! An action as it is sent, and what the answer to it says.

use std::sync::Arc;

use super::answer::encode;
use super::error::Error;
use crate::api::action::{Cancel, Deploy, DeployApplication, DeployItem, DeploySubset, Subset};
use crate::api::http::{POSITION, REQUEST};
use crate::api::{Endpoint, Request, Response};
use crate::lifecycle::{Action, EnvironmentId, Kind, RequestId, Scope, ServiceId, Source};

/// An action on a scope of one environment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Order {
    /// Where.
    pub environment: EnvironmentId,
    /// What.
    pub action: Action,
    /// On what.
    pub scope: Scope,
    /// The services of it; empty for a whole environment, but for Deploy latest version.
    pub items: Vec<Item>,
    /// Cancel only: also interrupt lifecycle jobs that execute.
    pub force: bool,
}

/// A service of an order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// Which.
    pub service: ServiceId,
    /// What it is: the contract has a path for each kind.
    pub kind: Kind,
    /// Where its code comes from: the contract has a field for each sort of version.
    pub source: Source,
    /// The version to deploy, of the version actions.
    pub version: Option<Arc<str>>,
}

/// What the server says of an accepted action. What it does not say is `None`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Accepted {
    /// The request's id.
    pub request: Option<RequestId>,
    /// Its place in the queue; 0: it has started.
    pub position: Option<u32>,
}

impl Accepted {
    /// Reads our own headers; a server without them says nothing.
    pub fn read(response: &Response) -> Accepted {
        Accepted {
            request: response.header(REQUEST).and_then(|id| id.parse().ok()),
            position: response.header(POSITION).and_then(|place| place.parse().ok()),
        }
    }
}

/// The word of a kind in the contract's paths.
pub fn word(kind: Kind) -> &'static str {
    match kind {
        Kind::Application => "application",
        Kind::Container => "container",
        Kind::ContainerDatabase | Kind::ManagedDatabase => "database",
        Kind::LifecycleJob | Kind::CronJob => "job",
        Kind::Helm => "helm",
        // No path begins like this: the server answers that there is none.
        Kind::Unknown => "unknown",
    }
}

impl Item {
    fn commit(&self) -> Option<String> {
        self.version_of(Source::Git)
    }

    fn tag(&self) -> Option<String> {
        self.version_of(Source::Image)
    }

    fn chart(&self) -> Option<String> {
        self.version_of(Source::Chart)
    }

    /// Without one, a call of the version actions would be a plain Deploy, of whatever is configured.
    fn names_a_version(&self) -> Result<(), Error> {
        let named = self.version.is_some() && [Source::Git, Source::Image, Source::Chart].contains(&self.source);
        let missing = || Error::Invalid { detail: format!("a version is to be named for service {}", self.service) };
        named.then_some(()).ok_or_else(missing)
    }

    fn version_of(&self, source: Source) -> Option<String> {
        self.version.as_deref().filter(|_| self.source == source).map(str::to_owned)
    }
}

impl Order {
    /// The contract's call for it (API contract, "Actions").
    ///
    /// # Errors
    /// [`Error::Invalid`] where the contract has no call: an order for one service that names none or several, or a version
    /// action without a version.
    pub fn request(&self) -> Result<Request, Error> {
        match self.scope {
            Scope::Environment => self.on_environment(),
            Scope::Subset => self.on_subset(),
            Scope::Service => match self.items.as_slice() {
                [item] => self.on_service(item),
                [] | [_, _, ..] => Err(Error::Invalid { detail: String::from("one service is to be named") }),
            },
        }
    }

    fn on_environment(&self) -> Result<Request, Error> {
        let id = self.environment.to_string();
        match self.action {
            Action::Deploy => Ok(Endpoint::DeployEnvironment.request(&[&id])),
            Action::Redeploy => Ok(Endpoint::RedeployEnvironment.request(&[&id])),
            Action::Stop => Ok(Endpoint::StopEnvironment.request(&[&id])),
            Action::Cancel => self.cancel(),
            Action::DeployLatest => self.on_subset(),
            Action::Restart | Action::DeployVersion => Err(no_call(self.action, "an environment")),
        }
    }

    /// The contract's cancel is the environment's, whatever the scope.
    fn cancel(&self) -> Result<Request, Error> {
        let body = encode(&Cancel { force_cancel: self.force })?;
        Ok(Endpoint::CancelEnvironment.request(&[&self.environment.to_string()]).with_body(body))
    }

    fn on_subset(&self) -> Result<Request, Error> {
        if self.action == Action::DeployLatest {
            self.items.iter().try_for_each(Item::names_a_version)?;
        }
        let (endpoint, body) = match self.action {
            Action::Deploy | Action::Redeploy | Action::DeployLatest => {
                (Endpoint::DeploySubset, encode(&self.deploy_subset())?)
            }
            Action::Stop => (Endpoint::StopSubset, encode(&self.subset())?),
            Action::Restart => (Endpoint::RestartSubset, encode(&self.subset())?),
            Action::Cancel => return self.cancel(),
            Action::DeployVersion => return Err(no_call(self.action, "several services")),
        };
        Ok(endpoint.request(&[&self.environment.to_string()]).with_body(body))
    }

    fn on_service(&self, item: &Item) -> Result<Request, Error> {
        let endpoint = match self.action {
            Action::Deploy | Action::DeployVersion => Endpoint::DeployService,
            Action::Redeploy => Endpoint::RedeployService,
            Action::Stop => Endpoint::StopService,
            Action::Restart => Endpoint::RestartService,
            Action::Cancel => return self.cancel(),
            Action::DeployLatest => return Err(no_call(self.action, "one service")),
        };
        let request = endpoint.request(&[word(item.kind), &item.service.to_string()]);
        if self.action != Action::DeployVersion {
            return Ok(request);
        }
        item.names_a_version()?;
        let body = Deploy { git_commit_id: item.commit(), image_tag: item.tag(), chart_version: item.chart() };
        Ok(request.with_body(encode(&body)?))
    }

    fn deploy_subset(&self) -> DeploySubset {
        let mut body = DeploySubset::default();
        for item in &self.items {
            let id = item.service.to_string();
            let named = || DeployItem {
                id: item.service.to_string(),
                git_commit_id: item.commit(),
                image_tag: item.tag(),
                chart_version: item.chart(),
            };
            match item.kind {
                Kind::Application => {
                    body.applications.push(DeployApplication { application_id: id, git_commit_id: item.commit() });
                }
                Kind::Container => body.containers.push(named()),
                Kind::LifecycleJob | Kind::CronJob => body.jobs.push(named()),
                Kind::Helm => body.helms.push(named()),
                Kind::ContainerDatabase | Kind::ManagedDatabase => body.databases.push(id),
                Kind::Unknown => {}
            }
        }
        body
    }

    fn subset(&self) -> Subset {
        let mut body = Subset::default();
        for item in &self.items {
            let ids = match item.kind {
                Kind::Application => &mut body.application_ids,
                Kind::Container => &mut body.container_ids,
                Kind::ContainerDatabase | Kind::ManagedDatabase => &mut body.database_ids,
                Kind::LifecycleJob | Kind::CronJob => &mut body.job_ids,
                Kind::Helm => &mut body.helm_ids,
                Kind::Unknown => continue,
            };
            ids.push(item.service.to_string());
        }
        body
    }
}

fn no_call(action: Action, scope: &str) -> Error {
    Error::Invalid { detail: format!("there is no call for {} on {scope}", action.words()) }
}
