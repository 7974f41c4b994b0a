//! Every path of the contract, in one table: the client builds from it, the backend matches by it.

use super::http::{Method, Request};

/// A call of the contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Endpoint {
    /// All organizations.
    Organizations,
    /// Projects of an organization.
    Projects,
    /// Tags of an image: `?imageName=`.
    Images,
    /// Versions of a chart: `?chartName=`.
    Charts,
    /// Environments of a project.
    Environments,
    /// The same with their status in one answer.
    EnvironmentsOverview,
    /// Statuses of a project's environments.
    EnvironmentsStatus,
    /// One environment.
    Environment,
    /// Its status.
    EnvironmentStatus,
    /// Its status and its services'.
    Statuses,
    /// The same by stage.
    StatusesWithStages,
    /// Its services, all kinds.
    Services,
    /// Its stages.
    Stages,
    /// Its deployments: `?pageSize=`.
    History,
    /// Its waiting requests.
    Queue,
    /// Log lines of a deployment: `?version=`.
    Logs,
    /// Deploy an environment.
    DeployEnvironment,
    /// Redeploy an environment.
    RedeployEnvironment,
    /// Stop an environment.
    StopEnvironment,
    /// Cancel the running deployment of an environment.
    CancelEnvironment,
    /// Deploy some of its services, chosen versions, or latest versions.
    DeploySubset,
    /// Restart one of its services.
    RestartSubset,
    /// Stop some of its services.
    StopSubset,
    /// Take back a waiting request.
    TakeBack,
    /// One service, as configured.
    Service,
    /// Replace its desired configuration.
    Configure,
    /// Its status.
    ServiceStatus,
    /// Commits of its git repository.
    Commits,
    /// Deploy a service.
    DeployService,
    /// Redeploy a service.
    RedeployService,
    /// Stop a service.
    StopService,
    /// Restart a service.
    RestartService,
    /// Whether the paths below are there.
    Capabilities,
    /// Live state of a project: `?since=`.
    ProjectLive,
    /// Live state of an environment: `?since=`.
    EnvironmentLive,
    /// The deployments of an environment, in words of ours: `?pageSize=`.
    Deployments,
    /// What became of a request.
    Outcome,
    /// Faults that are on.
    Faults,
    /// Replace the faults.
    SetFaults,
    /// The world file.
    ExportWorld,
    /// Replace the world.
    ImportWorld,
    /// Scenarios there are.
    Scenarios,
    /// Begin a scenario.
    Reset,
}

/// `{}` is any one segment, `{service}` a word of [`SERVICE_WORDS`], `{restartable}` one of [`RESTARTABLE_WORDS`].
const TABLE: [(Method, &str, Endpoint); 43] = [
    (Method::Get, "/organization", Endpoint::Organizations),
    (Method::Get, "/organization/{}/project", Endpoint::Projects),
    (Method::Get, "/organization/{}/containerRegistry/{}/images", Endpoint::Images),
    (Method::Get, "/organization/{}/helmRepository/{}/charts", Endpoint::Charts),
    (Method::Get, "/project/{}/environment", Endpoint::Environments),
    (Method::Get, "/project/{}/environment/overview", Endpoint::EnvironmentsOverview),
    (Method::Get, "/project/{}/environment/status", Endpoint::EnvironmentsStatus),
    (Method::Get, "/environment/{}", Endpoint::Environment),
    (Method::Get, "/environment/{}/status", Endpoint::EnvironmentStatus),
    (Method::Get, "/environment/{}/statuses", Endpoint::Statuses),
    (Method::Get, "/environment/{}/statusesWithStages", Endpoint::StatusesWithStages),
    (Method::Get, "/environment/{}/services", Endpoint::Services),
    (Method::Get, "/environment/{}/deploymentStage", Endpoint::Stages),
    (Method::Get, "/environment/{}/deploymentHistoryV2", Endpoint::History),
    (Method::Get, "/environment/{}/deploymentQueue", Endpoint::Queue),
    (Method::Get, "/environment/{}/logs", Endpoint::Logs),
    (Method::Post, "/environment/{}/deploy", Endpoint::DeployEnvironment),
    (Method::Post, "/environment/{}/redeploy", Endpoint::RedeployEnvironment),
    (Method::Post, "/environment/{}/stop", Endpoint::StopEnvironment),
    (Method::Post, "/environment/{}/cancelDeployment", Endpoint::CancelEnvironment),
    (Method::Post, "/environment/{}/service/deploy", Endpoint::DeploySubset),
    (Method::Post, "/environment/{}/service/restart-service", Endpoint::RestartSubset),
    (Method::Post, "/environment/{}/service/stop", Endpoint::StopSubset),
    (Method::Post, "/deploymentQueue/{}/cancelDeployment", Endpoint::TakeBack),
    (Method::Get, "/{service}/{}", Endpoint::Service),
    (Method::Put, "/{service}/{}", Endpoint::Configure),
    (Method::Get, "/{service}/{}/status", Endpoint::ServiceStatus),
    (Method::Get, "/{service}/{}/commit", Endpoint::Commits),
    (Method::Post, "/{service}/{}/deploy", Endpoint::DeployService),
    (Method::Post, "/{service}/{}/redeploy", Endpoint::RedeployService),
    (Method::Post, "/{service}/{}/stop", Endpoint::StopService),
    (Method::Post, "/{restartable}/{}/restart-service", Endpoint::RestartService),
    (Method::Get, "/x", Endpoint::Capabilities),
    (Method::Get, "/x/project/{}/live", Endpoint::ProjectLive),
    (Method::Get, "/x/environment/{}/live", Endpoint::EnvironmentLive),
    (Method::Get, "/x/environment/{}/history", Endpoint::Deployments),
    (Method::Get, "/x/request/{}", Endpoint::Outcome),
    (Method::Get, "/x/faults", Endpoint::Faults),
    (Method::Put, "/x/faults", Endpoint::SetFaults),
    (Method::Get, "/x/world", Endpoint::ExportWorld),
    (Method::Put, "/x/world", Endpoint::ImportWorld),
    (Method::Get, "/x/scenario", Endpoint::Scenarios),
    (Method::Post, "/x/scenario", Endpoint::Reset),
];

/// The table, row by row: for who describes the contract.
#[cfg(not(target_arch = "wasm32"))]
pub fn table() -> impl Iterator<Item = (Method, &'static str, Endpoint)> {
    TABLE.into_iter()
}

/// The first segments of paths about a service.
pub const SERVICE_WORDS: [&str; 5] = ["application", "container", "database", "job", "helm"];
/// Those of them that have a restart.
pub const RESTARTABLE_WORDS: [&str; 3] = ["application", "container", "database"];

/// The first segment of the paths of a service, by its `service_type`.
pub fn service_word(service_type: &str) -> Option<&'static str> {
    SERVICE_WORDS.into_iter().find(|word| word.eq_ignore_ascii_case(service_type))
}

/// A path that was found in the table, with what stood at its placeholders, decoded, in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// The call.
    pub endpoint: Endpoint,
    /// What stood at the placeholders.
    pub parameters: Vec<String>,
}

/// A path that was not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotFound {
    /// No such path.
    Path,
    /// The path is there with other methods only.
    Method {
        /// Those.
        allowed: Vec<Method>,
    },
}

impl Endpoint {
    fn row(self) -> (Method, &'static str) {
        let row = TABLE.into_iter().find(|(_, _, endpoint)| *endpoint == self);
        row.map_or((Method::Get, "/"), |(method, pattern, _)| (method, pattern))
    }

    /// Whether it is the contract's: not one of our own, whose paths begin with `/x`.
    pub fn is_contract(self) -> bool {
        self.row().1.split('/').nth(1) != Some("x")
    }

    /// The request for this call, its placeholders filled in order.
    ///
    /// A service's call takes its word first (see [`service_word`]), then its id. Parameters that are missing leave
    /// the placeholder, which no server knows.
    pub fn request(self, parameters: &[&str]) -> Request {
        let (method, pattern) = self.row();
        let mut parameters = parameters.iter();
        let mut path = String::with_capacity(pattern.len() + 40);
        for segment in pattern.split('/').skip(1) {
            path.push('/');
            match segment.starts_with('{').then(|| parameters.next()).flatten() {
                Some(parameter) => encode(parameter, &mut path),
                None => path.push_str(segment),
            }
        }
        Request::new(method, path)
    }
}

/// Finds a path in the table.
///
/// # Errors
/// [`NotFound`], which tells a wrong path from a wrong method.
pub fn find(method: Method, path: &str) -> Result<Found, NotFound> {
    let mut allowed = Vec::new();
    for (row, pattern, endpoint) in TABLE {
        let Some(parameters) = fits(pattern, path) else { continue };
        if row == method {
            return Ok(Found { endpoint, parameters });
        }
        allowed.push(row);
    }
    Err(if allowed.is_empty() { NotFound::Path } else { NotFound::Method { allowed } })
}

fn fits(pattern: &str, path: &str) -> Option<Vec<String>> {
    let mut parameters = Vec::new();
    let (mut wanted, mut given) = (pattern.split('/'), path.split('/'));
    loop {
        let (wanted, given) = match (wanted.next(), given.next()) {
            (None, None) => return Some(parameters),
            (Some(wanted), Some(given)) => (wanted, given),
            (Some(_), None) | (None, Some(_)) => return None,
        };
        let fit = match wanted {
            "{}" => !given.is_empty(),
            "{service}" => SERVICE_WORDS.contains(&given),
            "{restartable}" => RESTARTABLE_WORDS.contains(&given),
            word => word == given,
        };
        if !fit {
            return None;
        }
        if wanted.starts_with('{') {
            parameters.push(decode(given)?);
        }
    }
}

/// Percent-encodes everything but the unreserved characters of RFC 3986.
pub fn encode(text: &str, into: &mut String) {
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            into.push(char::from(byte));
        } else {
            let digit = |value: u8| char::from_digit(u32::from(value), 16).unwrap_or('0').to_ascii_uppercase();
            into.push('%');
            into.push(digit(byte >> 4));
            into.push(digit(byte & 15));
        }
    }
}

/// Decodes percent-encoding; `None` when it is broken or not UTF-8.
pub fn decode(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let mut digit = || char::from(rest.next()?).to_digit(16);
        let (high, low) = (digit()?, digit()?);
        bytes.push(u8::try_from(high * 16 + low).ok()?);
    }
    String::from_utf8(bytes).ok()
}
