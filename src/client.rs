//! Typed calls of the contract, over one of two transports.
//!
//! - *Loopback*: the backend in this very page (default).
//! - *Http*: a server, over the browser's fetch or natively over a blocking client.
//!
//! Everything crosses as bytes, so that the loopback proves the contract too. Reads are tried again when that can help;
//! an action is sent once and never again by itself, because a lost answer does not tell whether it was accepted.
//!
//! Invariants: no rule and no signal here; nothing of the console is imported.

mod answer;
pub mod clock;
pub mod curl;
pub mod error;
pub mod http;
pub mod limit;
pub mod logged;
pub mod loopback;
pub mod meaning;
pub mod order;
#[cfg(target_arch = "wasm32")]
pub mod push;
pub mod timer;
pub mod unseen;

pub use clock::Clock;
pub use error::Error;
pub use loopback::Loopback;
pub use order::{Accepted, Item, Order};

use std::pin::Pin;
use std::sync::Arc;

use serde_json::{Map, Value};

use crate::api;
use crate::api::configure::Edit;
use crate::api::details::{Detailed, EnvironmentDetails, ServiceDetails};
use crate::api::reading::Read;
use crate::api::{Endpoint, Request, Results};
use crate::lifecycle::{EnvironmentId, RequestId, ServiceId};
use answer::{Answer, decode, encode, failure, found};

/// How long an answer is waited for, in seconds.
pub const TIMEOUT_SECONDS: u32 = 10;

/// How often a read is tried, the first time included.
const TRIES: u32 = 3;

/// Pause before the second try of a read, in milliseconds; it doubles with each.
const PAUSE: u32 = 250;

/// Typed calls. Cheap to clone; clones share the transport.
#[derive(Clone)]
pub struct Client(Arc<Transport>);

/// How a request gets to the backend.
enum Transport {
    Loopback(Loopback),
    Http(http::Http),
}

impl Client {
    /// A client of the backend in this page.
    pub fn loopback(loopback: Loopback) -> Client {
        Client(Arc::new(Transport::Loopback(loopback)))
    }

    /// A client of a server.
    pub fn http(http: http::Http) -> Client {
        Client(Arc::new(Transport::Http(http)))
    }

    /// The backend in this page, with its clock and troubles, if that is what it talks to.
    pub fn demo(&self) -> Option<&Loopback> {
        match &*self.0 {
            Transport::Loopback(loopback) => Some(loopback),
            Transport::Http(_) => None,
        }
    }

    /// Where the server's API begins; `None`: the backend is in this page.
    pub fn address(&self) -> Option<&str> {
        match &*self.0 {
            Transport::Loopback(_) => None,
            Transport::Http(http) => Some(http.address()),
        }
    }

    /// The word before the token, where one is sent; the backend in the page stands for a server that asks for one.
    #[cfg(target_arch = "wasm32")]
    pub fn scheme(&self) -> Option<&str> {
        match &*self.0 {
            Transport::Loopback(_) => Some("Token"),
            Transport::Http(http) => http.scheme(),
        }
    }

    /// Where the server tells that something changed, as server-sent events; `None`: it does not.
    #[cfg(target_arch = "wasm32")]
    pub fn events(&self) -> Option<String> {
        match &*self.0 {
            Transport::Loopback(_) => None,
            Transport::Http(http) => http.events(),
        }
    }

    /// How many requests the token has left, as of the last answer, where the server tells.
    #[cfg(target_arch = "wasm32")]
    pub fn budget(&self) -> Option<limit::Budget> {
        match &*self.0 {
            Transport::Loopback(_) => None,
            Transport::Http(http) => http.budget(),
        }
    }

    /// Whether the server lets this client only read, as of the last answer.
    #[cfg(target_arch = "wasm32")]
    pub fn reads_only(&self) -> bool {
        match &*self.0 {
            Transport::Loopback(_) => false,
            Transport::Http(http) => http.reads_only(),
        }
    }

    /// Whether the server is known to speak the contract and nothing else: it is not asked for more.
    #[cfg(target_arch = "wasm32")]
    pub fn contract_only(&self) -> bool {
        match &*self.0 {
            Transport::Loopback(_) => false,
            Transport::Http(http) => http.contract_only(),
        }
    }

    /// All organizations the token sees.
    pub async fn organizations(&self) -> Result<Vec<api::organization::Organization>, Error> {
        self.list(Endpoint::Organizations.request(&[])).await
    }

    /// The projects of an organization.
    pub async fn projects(&self, organization: &str) -> Result<Vec<api::organization::Project>, Error> {
        self.list(Endpoint::Projects.request(&[organization])).await
    }

    /// The environments of a project, as configured.
    pub async fn environments(&self, project: &str) -> Result<Vec<api::environment::Environment>, Error> {
        self.list(Endpoint::Environments.request(&[project])).await
    }

    /// One environment, as configured.
    pub async fn environment(
        &self,
        environment: EnvironmentId,
    ) -> Result<Detailed<api::environment::Environment, EnvironmentDetails>, Error> {
        self.read(Endpoint::Environment.request(&[&environment.to_string()])).await
    }

    /// The statuses of a project's environments, for servers without [`Client::project_live`].
    pub async fn environments_status(&self, project: &str) -> Result<Vec<api::status::EnvironmentStatus>, Error> {
        let request = Endpoint::EnvironmentsStatus.request(&[project]);
        let results: Results<_> = self.once(request).await?;
        Ok(results.results)
    }

    /// What changed in a project since a revision; `None`: the server does not offer it. Tried once: it is polled.
    pub async fn project_live(&self, project: &str, since: u64) -> Result<Option<api::live::ProjectLive>, Error> {
        found(self.once(Endpoint::ProjectLive.request(&[project]).with_query("since", since.to_string())).await)
    }

    /// What changed in an environment since a revision; `None`: the server does not offer it. Tried once: it is polled.
    pub async fn environment_live(
        &self,
        environment: EnvironmentId,
        since: u64,
    ) -> Result<Option<api::live::EnvironmentDetail>, Error> {
        let request = Endpoint::EnvironmentLive.request(&[&environment.to_string()]);
        found(self.once(request.with_query("since", since.to_string())).await)
    }

    /// The statuses of an environment and its services, for servers without [`Client::environment_live`].
    pub async fn statuses(&self, environment: EnvironmentId) -> Result<api::status::Statuses, Error> {
        self.once(Endpoint::Statuses.request(&[&environment.to_string()])).await
    }

    /// The services of an environment, as configured.
    pub async fn services(&self, environment: EnvironmentId) -> Result<Vec<api::service::Service>, Error> {
        self.list(Endpoint::Services.request(&[&environment.to_string()])).await
    }

    /// One service, as configured; `word` as of [`order::word`].
    pub async fn service(
        &self,
        word: &str,
        service: ServiceId,
    ) -> Result<Detailed<api::service::Service, ServiceDetails>, Error> {
        self.read(Endpoint::Service.request(&[word, &service.to_string()])).await
    }

    /// The id of the environment a service belongs to; empty where the server does not say.
    pub async fn home_of(&self, word: &str, service: ServiceId) -> Result<String, Error> {
        let whole: Map<String, Value> = self.read(Endpoint::Service.request(&[word, &service.to_string()])).await?;
        let id = whole.get("environment").and_then(|environment| environment.get("id")).and_then(Value::as_str);
        Ok(id.unwrap_or_default().to_owned())
    }

    /// The deployments of an environment, newest first, at most `limit`.
    pub async fn history(
        &self,
        environment: EnvironmentId,
        limit: usize,
    ) -> Result<Vec<api::history::Deployment>, Error> {
        let request = Endpoint::History.request(&[&environment.to_string()]);
        self.list(request.with_query("pageSize", limit.to_string())).await
    }

    /// The same in words of ours, which tell a Redeploy from a Deploy and CI/CD from the API, where the server has them.
    pub async fn deployments(
        &self,
        environment: EnvironmentId,
        limit: usize,
    ) -> Result<Vec<api::history::Deployment>, Error> {
        let request = Endpoint::Deployments.request(&[&environment.to_string()]);
        match self.list(request.with_query("pageSize", limit.to_string())).await {
            Err(error) if error.is_not_offered() => self.history(environment, limit).await,
            told => told,
        }
    }

    /// The log lines of a deployment, oldest first; `None`: of the last.
    pub async fn logs(
        &self,
        environment: EnvironmentId,
        deployment: Option<&str>,
    ) -> Result<Vec<api::log::LogLine>, Error> {
        let request = Endpoint::Logs.request(&[&environment.to_string()]);
        // The one list of the contract that comes bare.
        self.read(match deployment {
            Some(deployment) => request.with_query("version", deployment),
            None => request,
        })
        .await
    }

    /// The stages of an environment, with the services in each.
    pub async fn stages(&self, environment: EnvironmentId) -> Result<Vec<api::stage::Stage>, Error> {
        self.list(Endpoint::Stages.request(&[&environment.to_string()])).await
    }

    /// The requests that wait in an environment, first in first out.
    pub async fn queue(&self, environment: EnvironmentId) -> Result<Vec<api::queue::Queued>, Error> {
        self.list(Endpoint::Queue.request(&[&environment.to_string()])).await
    }

    /// The newest commits of a service with a git source; `word` as of [`order::word`].
    pub async fn commits(&self, word: &str, service: ServiceId) -> Result<Vec<api::version::Commit>, Error> {
        self.list(Endpoint::Commits.request(&[word, &service.to_string()])).await
    }

    /// The tags of an image in a registry.
    pub async fn images(
        &self,
        organization: &str,
        registry: &str,
        name: &str,
    ) -> Result<Vec<api::version::ImageVersions>, Error> {
        self.list(Endpoint::Images.request(&[organization, registry]).with_query("imageName", name)).await
    }

    /// The versions of a chart in a repository.
    pub async fn charts(
        &self,
        organization: &str,
        repository: &str,
        name: &str,
    ) -> Result<Vec<api::version::ChartVersions>, Error> {
        self.list(Endpoint::Charts.request(&[organization, repository]).with_query("chartName", name)).await
    }

    /// Sends an action, once.
    ///
    /// # Errors
    /// [`Error::Refused`] with the law's reason; [`Error::Timeout`] when it is not known whether it was accepted.
    pub async fn act(&self, order: &Order) -> Result<Accepted, Error> {
        self.send(order.request()?, Care::Action).await.map(|answer| Accepted::read(&answer.response))
    }

    /// The same, with the request that the status in the answer names: it is the accepted one, or one that runs or waits
    /// before it.
    pub async fn act_and_read(&self, order: &Order) -> Result<(Accepted, Option<RequestId>), Error> {
        let answer = self.send(order.request()?, Care::Action).await?;
        let status = decode::<api::status::EnvironmentStatus>(&answer, true).unwrap_or_default();
        let named = status.deployment_request_id.and_then(|id| id.parse().ok());
        Ok((Accepted::read(&answer.response), named))
    }

    /// Sends a cancel that is meant for the deployment of one request: a server of ours refuses it where another runs. To
    /// any other server it is a cancel of what runs.
    pub async fn cancel_only(&self, cancel: &Order, request: RequestId) -> Result<Accepted, Error> {
        let request = cancel.request()?.with_header(api::http::REQUEST, request.to_string());
        self.send(request, Care::Action).await.map(|answer| Accepted::read(&answer.response))
    }

    /// Takes a waiting request back.
    pub async fn take_back(&self, request: RequestId) -> Result<(), Error> {
        let request = Endpoint::TakeBack.request(&[&request.to_string()]).with_body("{}");
        self.send(request, Care::Action).await.map(|_| ())
    }

    /// Changes the desired configuration of a service: reads it whole, changes the fields, writes it back.
    pub async fn configure(&self, word: &str, service: ServiceId, edit: Edit) -> Result<(), Error> {
        let id = service.to_string();
        let whole: Map<String, Value> = self.read(Endpoint::Service.request(&[word, &id])).await?;
        let body = encode(&edit.body(whole))?;
        self.send(Endpoint::Configure.request(&[word, &id]).with_body(body), Care::Action).await.map(|_| ())
    }

    /// What the server offers beside the contract; `None`: nothing.
    pub async fn capabilities(&self) -> Result<Option<Value>, Error> {
        found(self.once(Endpoint::Capabilities.request(&[])).await)
    }

    /// What became of a request, item by item; `None`: the server does not offer it.
    pub async fn outcome(&self, request: RequestId) -> Result<Option<api::outcome::Outcome>, Error> {
        found(self.once(Endpoint::Outcome.request(&[&request.to_string()])).await)
    }

    /// The faults that are on.
    pub async fn faults(&self) -> Result<api::fault::Faults, Error> {
        self.read(Endpoint::Faults.request(&[])).await
    }

    /// Replaces the faults.
    pub async fn set_faults(&self, faults: &api::fault::Faults) -> Result<(), Error> {
        self.send(Endpoint::SetFaults.request(&[]).with_body(encode(faults)?), Care::Action).await.map(|_| ())
    }

    /// The open world as a world file.
    pub async fn export_world(&self) -> Result<Vec<u8>, Error> {
        let answer = self.send(Endpoint::ExportWorld.request(&[]), Care::Once).await?;
        // What is saved is to be opened some day.
        decode::<Value>(&answer, false)?;
        Ok(answer.response.body)
    }

    /// Opens a world file in place of the open world, which stays as it is when the file is bad.
    ///
    /// # Errors
    /// [`Error::Invalid`] with the place in the file and what is wrong there.
    pub async fn import_world(&self, file: Vec<u8>) -> Result<(), Error> {
        self.send(Endpoint::ImportWorld.request(&[]).with_body(file), Care::Action).await.map(|_| ())
    }

    /// Which world is open, and which there are.
    pub async fn scenarios(&self) -> Result<api::scenario::Scenarios, Error> {
        self.read(Endpoint::Scenarios.request(&[])).await
    }

    /// Throws the open world away and begins a scenario.
    pub async fn reset(&self, name: &str, seed: u64) -> Result<(), Error> {
        let body = encode(&api::scenario::Reset { name: name.to_owned(), seed })?;
        self.send(Endpoint::Reset.request(&[]).with_body(body), Care::Action).await.map(|_| ())
    }

    async fn list<T: Read>(&self, request: Request) -> Result<Vec<T>, Error> {
        let results: Results<T> = self.read(request).await?;
        Ok(results.results)
    }

    /// A read that is tried again when that can help.
    async fn read<T: Read>(&self, request: Request) -> Result<T, Error> {
        decode(&self.send(request, Care::Repeat).await?, false)
    }

    /// A read that is tried once, because the caller polls.
    async fn once<T: Read>(&self, request: Request) -> Result<T, Error> {
        decode(&self.send(request, Care::Once).await?, false)
    }

    /// Sends a request as its care says. Boxed, so that each call is a few bytes of code around one shared machine.
    fn send(&self, request: Request, care: Care) -> Pin<Box<dyn Future<Output = Result<Answer, Error>> + '_>> {
        Box::pin(self.sent(request, care))
    }

    async fn sent(&self, mut request: Request, care: Care) -> Result<Answer, Error> {
        if !request.body.is_empty() {
            request = request.with_header("Content-Type", "application/json");
        }
        let action = care == Care::Action;
        if let (true, Transport::Http(http)) = (action, &*self.0) {
            request = http.once(request);
        }
        let mut attempt = 1;
        loop {
            let response = match &*self.0 {
                Transport::Loopback(loopback) => loopback.send(&request).await,
                Transport::Http(http) => http.send(&request).await,
            };
            let error = match response {
                Ok(response) if response.is_ok() => {
                    let answer = Answer { path: request.path, response };
                    // A success of somebody in between, such as a page that asks for a login, is none of the server's.
                    if action && !answer.response.body.is_empty() {
                        decode::<Value>(&answer, true)?;
                    }
                    return Ok(answer);
                }
                Ok(response) => failure(&response, action),
                Err(error) => error.of(action),
            };
            // A server that counts requests, or says when, is not asked again before.
            let limited = matches!(error, Error::RateLimited { .. }) || error.wait().is_some();
            if care != Care::Repeat || limited || !error.may_heal() || attempt == TRIES {
                return Err(error);
            }
            let pause = timer::jitter(PAUSE << attempt);
            match &*self.0 {
                Transport::Loopback(_) => timer::pause(pause).await,
                Transport::Http(http) => http.pause(pause).await,
            }
            attempt += 1;
        }
    }
}

/// How a request may be sent.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Care {
    /// A read, tried again when that can help.
    Repeat,
    /// A read, tried once.
    Once,
    /// An action: sent once, and a lost answer leaves open whether it was accepted.
    Action,
}
