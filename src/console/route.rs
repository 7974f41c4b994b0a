//! Places and their URLs: the URL owns place, search, sort, filters and the open panel.
//!
//! Four pages and a query do not pay for a router (47 kB): this file reads and writes URLs, `route/history.rs` follows
//! the browser's history.

// Places themselves need no browser: the fuzz target compiles them without.
#[cfg(target_arch = "wasm32")]
pub mod history;
pub mod query;

#[cfg(target_arch = "wasm32")]
pub use history::{Route, provide_route, use_route};

use crate::lifecycle::{Action, EnvironmentId, RequestId, ServiceId};
use query::Query;

/// What the URL says.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Place {
    /// Which page.
    pub page: Page,
    /// What is searched for.
    pub search: String,
    /// By which column the list is sorted; `None`: its natural order.
    pub sort: Option<Sort>,
    /// Only statuses of these groups; empty: all.
    pub groups: Vec<Group>,
    /// Only environments of these modes, as they came; empty: all.
    pub modes: Vec<String>,
    /// The deployment that is looked at, as its server calls it; empty: the last.
    pub deployment: String,
    /// Whose lines of its log, by the id of a service; empty: all.
    pub lines_of: String,
    /// The open panel.
    pub panel: Option<Panel>,
    /// What is not ours, and stays: `clock`, `scenario`, `seed`.
    pub rest: Vec<(String, String)>,
}

/// A page.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Page {
    /// The environments: home.
    #[default]
    Environments,
    /// The services of an environment.
    Services(EnvironmentId),
    /// The deployments of an environment.
    Deployments(EnvironmentId),
    /// What the console talks to, how it looks, and its keys.
    Settings,
    /// A path that is no place of ours.
    Missing(String),
}

/// A panel or modal over a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Panel {
    /// The panel of an action: version picker, latest versions, cancel, stop, or the list to confirm.
    Action {
        /// What is to be done.
        action: Action,
        /// On what.
        target: Target,
    },
    /// The editor of a service's desired configuration.
    Configure {
        /// The environment of the service.
        environment: EnvironmentId,
        /// The service.
        service: ServiceId,
    },
    /// What is told of an environment.
    About {
        /// The environment.
        environment: EnvironmentId,
    },
    /// What became of a request, item by item.
    Outcome {
        /// Its environment.
        environment: EnvironmentId,
        /// The request.
        request: RequestId,
    },
    /// Demo controls.
    Demo,
    /// The list of keys.
    Keys,
    /// What the console talks to.
    Connection,
}

/// What an action is asked of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// One service.
    Service {
        /// Its environment.
        environment: EnvironmentId,
        /// The service.
        service: ServiceId,
    },
    /// The selected services.
    Subset {
        /// Their environment.
        environment: EnvironmentId,
    },
    /// The whole environment.
    Environment(EnvironmentId),
}

/// By what a list is sorted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sort {
    /// The column.
    pub column: Column,
    /// From the end.
    pub descending: bool,
}

/// The columns of the lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Column {
    /// Name.
    Name,
    /// Deployment status: in progress and errors first.
    Status,
    /// Running status.
    Running,
    /// Version.
    Version,
    /// Stage.
    Stage,
    /// Last operation, newest first.
    Operation,
    /// Cluster and namespace.
    Cluster,
}

/// A group of deployment statuses, for the filter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Group {
    /// Something goes on or waits.
    Progress,
    /// Ended in an error.
    Error,
    /// Deployed or restarted.
    Ok,
    /// Stopped or deleted.
    Stopped,
    /// Canceled.
    Canceled,
    /// Never deployed.
    Ready,
}

impl Target {
    /// The environment it is in.
    pub fn environment(self) -> EnvironmentId {
        match self {
            Target::Service { environment, .. } | Target::Subset { environment } | Target::Environment(environment) => {
                environment
            }
        }
    }
}

impl Panel {
    /// The environment it is about.
    pub fn environment(self) -> Option<EnvironmentId> {
        match self {
            Panel::Action { target, .. } => Some(target.environment()),
            Panel::Configure { environment, .. }
            | Panel::About { environment }
            | Panel::Outcome { environment, .. } => Some(environment),
            Panel::Demo | Panel::Keys | Panel::Connection => None,
        }
    }
}

impl Column {
    const ALL: [Column; 7] = [
        Column::Name,
        Column::Status,
        Column::Running,
        Column::Version,
        Column::Stage,
        Column::Operation,
        Column::Cluster,
    ];

    /// Its name in the URL.
    pub fn name(self) -> &'static str {
        match self {
            Column::Name => "name",
            Column::Status => "status",
            Column::Running => "running",
            Column::Version => "version",
            Column::Stage => "stage",
            Column::Operation => "operation",
            Column::Cluster => "cluster",
        }
    }
}

impl Group {
    /// Every group, in the order of the filter.
    pub const ALL: [Group; 6] =
        [Group::Progress, Group::Error, Group::Ok, Group::Canceled, Group::Stopped, Group::Ready];

    /// Its name in the URL.
    pub fn name(self) -> &'static str {
        match self {
            Group::Progress => "progress",
            Group::Error => "error",
            Group::Ok => "ok",
            Group::Stopped => "stopped",
            Group::Canceled => "canceled",
            Group::Ready => "ready",
        }
    }

    /// The words a person reads.
    pub fn words(self) -> &'static str {
        match self {
            Group::Progress => "In progress",
            Group::Error => "Error",
            Group::Ok => "OK",
            Group::Stopped => "Stopped",
            Group::Canceled => "Canceled",
            Group::Ready => "Never deployed",
        }
    }
}

/// The names of the panels in the URL; those of actions first.
const PANELS: [(&str, Action); 7] = [
    ("deploy", Action::Deploy),
    ("redeploy", Action::Redeploy),
    ("restart", Action::Restart),
    ("stop", Action::Stop),
    ("cancel", Action::Cancel),
    ("version", Action::DeployVersion),
    ("latest", Action::DeployLatest),
];

/// The keys of the query that are ours.
const OURS: [&str; 11] =
    ["q", "sort", "status", "mode", "deployment", "of", "panel", "service", "services", "environment", "request"];

impl Page {
    /// The environment it is about.
    pub fn environment(&self) -> Option<EnvironmentId> {
        match self {
            Page::Services(id) | Page::Deployments(id) => Some(*id),
            Page::Environments | Page::Settings | Page::Missing(_) => None,
        }
    }
}

impl Place {
    /// Reads the path beneath the base (`""`, `environment/ID`, `environment/ID/deployments`, `settings`) and the query. Never fails:
    /// what cannot be read is left out, and a path that is no place is [`Page::Missing`].
    pub fn read(path: &str, query: &Query) -> Place {
        let known = match path.trim_matches('/').split_once('/') {
            None => match path.trim_matches('/') {
                "" | "index.html" => Some(Page::Environments),
                "settings" => Some(Page::Settings),
                _ => None,
            },
            Some(("environment", rest)) => match rest.split_once('/') {
                None => rest.parse().ok().map(Page::Services),
                Some((id, "deployments")) => id.parse().ok().map(Page::Deployments),
                Some(_) => None,
            },
            Some(_) => None,
        };
        let page = known.unwrap_or_else(|| Page::Missing(path.to_owned()));
        let list = |key| query.get(key).unwrap_or_default().split(',').filter(|part| !part.is_empty());
        Place {
            panel: read_panel(&page, query),
            page,
            search: query.get("q").unwrap_or_default().to_owned(),
            sort: query.get("sort").and_then(|name| {
                let (name, descending) = name.strip_prefix('-').map_or((name, false), |name| (name, true));
                let column = Column::ALL.into_iter().find(|column| column.name() == name)?;
                Some(Sort { column, descending })
            }),
            groups: list("status")
                .filter_map(|name| Group::ALL.into_iter().find(|group| group.name() == name))
                .collect(),
            modes: list("mode").map(str::to_owned).collect(),
            deployment: query.get("deployment").unwrap_or_default().to_owned(),
            lines_of: query.get("of").unwrap_or_default().to_owned(),
            rest: query.pairs().filter(|(key, _)| !OURS.contains(key)).map(|(k, v)| (k.into(), v.into())).collect(),
        }
    }

    /// The URL, relative to the base.
    pub fn url(&self) -> String {
        let mut query = Query::default();
        let mut put = |key: &str, value: String| {
            if !value.is_empty() {
                query.push(key, &value);
            }
        };
        put("q", self.search.clone());
        if let Some(sort) = self.sort {
            put("sort", format!("{}{}", if sort.descending { "-" } else { "" }, sort.column.name()));
        }
        put("status", self.groups.iter().map(|group| group.name()).collect::<Vec<_>>().join(","));
        put("mode", self.modes.join(","));
        put("deployment", self.deployment.clone());
        put("of", self.lines_of.clone());
        if let Some(panel) = self.panel {
            write_panel(panel, &self.page, &mut put);
        }
        for (key, value) in &self.rest {
            put(key, value.clone());
        }
        let path = match &self.page {
            Page::Environments => String::new(),
            Page::Settings => "settings".to_owned(),
            Page::Services(id) => format!("environment/{id}"),
            Page::Deployments(id) => format!("environment/{id}/deployments"),
            Page::Missing(path) => path.clone(),
        };
        format!("{path}{}", query.text())
    }

    /// The same list, with only what outlives a change of page.
    pub fn at(&self, page: Page) -> Place {
        Place { page, rest: self.rest.clone(), ..Place::default() }
    }

    /// The environment whose services are needed: that of the panel, else that of the page.
    pub fn focus(&self) -> Option<EnvironmentId> {
        self.panel.and_then(Panel::environment).or(self.page.environment())
    }
}

fn read_panel(page: &Page, query: &Query) -> Option<Panel> {
    let environment = query.get("environment").and_then(|id| id.parse().ok()).or(page.environment());
    let service = query.get("service").and_then(|id| id.parse().ok());
    match query.get("panel")? {
        "demo" => Some(Panel::Demo),
        "keys" => Some(Panel::Keys),
        "connection" => Some(Panel::Connection),
        "about" => Some(Panel::About { environment: environment? }),
        "outcome" => {
            let request = query.get("request").and_then(|id| id.parse().ok());
            Some(Panel::Outcome { environment: environment?, request: request? })
        }
        "configure" => Some(Panel::Configure { environment: environment?, service: service? }),
        name => {
            let (_, action) = PANELS.into_iter().find(|(known, _)| *known == name)?;
            let environment = environment?;
            let target = match service {
                Some(service) => Target::Service { environment, service },
                None if query.get("services").is_some() => Target::Subset { environment },
                None => Target::Environment(environment),
            };
            Some(Panel::Action { action, target })
        }
    }
}

fn write_panel(panel: Panel, page: &Page, put: &mut impl FnMut(&str, String)) {
    let (name, service) = match panel {
        Panel::Demo => ("demo", None),
        Panel::Keys => ("keys", None),
        Panel::Connection => ("connection", None),
        Panel::Configure { service, .. } => ("configure", Some(service)),
        Panel::About { .. } => ("about", None),
        Panel::Outcome { .. } => ("outcome", None),
        Panel::Action { action, target } => {
            let name = PANELS.into_iter().find(|(_, known)| *known == action).map_or("", |(name, _)| name);
            match target {
                Target::Service { service, .. } => (name, Some(service)),
                Target::Subset { .. } | Target::Environment(_) => (name, None),
            }
        }
    };
    put("panel", name.to_owned());
    if let Some(service) = service {
        put("service", service.to_string());
    }
    if let Panel::Outcome { request, .. } = panel {
        put("request", request.to_string());
    }
    if matches!(panel, Panel::Action { target: Target::Subset { .. }, .. }) {
        put("services", "selected".to_owned());
    }
    if let Some(environment) = panel.environment().filter(|environment| page.environment() != Some(*environment)) {
        put("environment", environment.to_string());
    }
}
