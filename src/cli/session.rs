//! What every command over the API has at hand: the client, where the answer goes, and how names are found.

use super::failure::{Failure, Token};
use super::find::{self, Named};
use super::foreign;
use super::options::Options;
use super::output::Output;
use super::settings::{Settings, variable};
use super::snapshot::Snapshot;
use crate::api::environment::Environment;
use crate::api::http::{ACTOR, ORIGIN};
use crate::api::routes::SERVICE_WORDS;
use crate::client::http::Http;
use crate::client::{self, Client};
use crate::lifecycle::{EnvironmentId, ServiceId};

/// A command's run.
pub struct Session {
    /// Typed calls.
    pub client: Client,
    /// Where the answer goes.
    pub out: Output,
    settings: Settings,
}

impl Session {
    /// Settles the settings; nothing is sent yet.
    pub fn open(options: &Options) -> Result<Session, Failure> {
        let settings = Settings::read(options)?;
        let mut http = Http::new(&settings.api_url).with_header(ORIGIN, settings.origin.as_str());
        if let Some(actor) = &settings.actor {
            http = http.with_header(ACTOR, actor.as_str());
        }
        if let Some(authorization) = &settings.authorization {
            http = http.with_header("Authorization", authorization.as_str());
        }
        Ok(Session { client: Client::http(http), out: Output::new(options.json), settings })
    }

    /// How an environment is called in a command to be copied, with the flags that said where it is.
    pub fn called(&self, environment: &Environment) -> String {
        format!("{}{}", foreign::word(&environment.name, &environment.id), self.settings.flags)
    }

    /// The result of a call, with the address for the words of a failure.
    pub fn told<T>(&self, result: Result<T, client::Error>) -> Result<T, Failure> {
        result.map_err(|error| match error {
            client::Error::Refused { reason } => Failure::Refused(reason),
            error => {
                let token = match (&self.settings.authorization, self.settings.held_back) {
                    (Some(_), _) => Token::Given,
                    (None, Some(whose)) => Token::HeldBack(whose),
                    (None, None) => Token::Missing,
                };
                Failure::Call { error, base: self.settings.api_url.clone(), token }
            }
        })
    }

    /// What a path of our own answers; `None`: the server does not offer it.
    pub fn offered<T>(&self, result: Result<Option<T>, client::Error>) -> Result<Option<T>, Failure> {
        match result {
            Err(error) if error.is_not_offered() => Ok(None),
            result => self.told(result),
        }
    }

    async fn project(&self) -> Result<String, Failure> {
        let wanted = self.settings.project.as_deref();
        if let Some(id) = wanted.filter(|wanted| find::is_id(wanted)) {
            return Ok(id.to_owned());
        }
        let organization = match self.settings.organization.as_deref().filter(|wanted| find::is_id(wanted)) {
            Some(id) => id.to_owned(),
            None => {
                let all = self.told(self.client.organizations().await)?;
                let all = all.iter().map(|one| Named { id: &one.id, name: &one.name, item: one });
                let wanted = self.settings.organization.as_deref();
                find::one("organization", wanted, "--organization", all.collect())?.id.clone()
            }
        };
        let all = self.told(self.client.projects(&organization).await)?;
        let all = all.iter().map(|one| Named { id: &one.id, name: &one.name, item: one });
        Ok(find::one("project", wanted, "--project", all.collect())?.id.clone())
    }

    /// The id of the project and its environments.
    pub async fn environments(&self) -> Result<(String, Vec<Environment>), Failure> {
        let project = self.project().await?;
        let environments = self.told(self.client.environments(&project).await)?;
        Ok((project, environments))
    }

    /// An environment by name or id; without either, the only one.
    async fn environment_of(&self, wanted: Option<&str>) -> Result<Environment, Failure> {
        if let Some(id) = wanted.and_then(|wanted| wanted.parse::<EnvironmentId>().ok()) {
            return Ok(self.told(self.client.environment(id).await)?.plain);
        }
        let (_, all) = self.environments().await?;
        let named = all.iter().map(|one| Named { id: &one.id, name: &one.name, item: one }).collect();
        find::one("environment", wanted, "--environment", named).cloned()
    }

    /// An environment by name or id.
    pub async fn environment(&self, wanted: &str) -> Result<Environment, Failure> {
        self.environment_of(Some(wanted)).await
    }

    /// The environment a service is in: as the flag says, as a service with an id says itself, as the variable says, or
    /// the only one.
    pub async fn home_of(&self, service: Option<&str>, flag: Option<&str>) -> Result<Environment, Failure> {
        let id = service.and_then(|service| service.parse::<ServiceId>().ok());
        let mut nowhere = None;
        if let (None, Some(id)) = (flag, id) {
            nowhere = Some(id);
            for word in SERVICE_WORDS {
                match self.client.home_of(word, id).await {
                    Ok(home) if !home.is_empty() => return self.environment(&home).await,
                    Ok(_) => nowhere = None,
                    Err(client::Error::NotFound { .. }) => {}
                    Err(error) => return self.told(Err(error)),
                }
            }
        }
        let told = flag.map(str::to_owned).or_else(|| variable("PLAYHEAD_ENVIRONMENT"));
        match (told, nowhere) {
            (None, Some(id)) => {
                Err(Failure::Usage(format!("there is no service with the id {id} that this token can see.")))
            }
            (told, _) => self.environment_of(told.as_deref()).await,
        }
    }

    /// An environment with its services and how they are doing.
    pub async fn snapshot(&self, wanted: &str) -> Result<Snapshot, Failure> {
        Snapshot::read(self, self.environment(wanted).await?).await
    }
}
