//! Kinds of service and where their code comes from (law §1).

/// What a service is (law §1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// Built from a git repository.
    Application,
    /// Run from an image.
    Container,
    /// A database in a container on the cluster.
    ContainerDatabase,
    /// A database managed by the cloud provider.
    ManagedDatabase,
    /// A job that executes at deploy or stop.
    LifecycleJob,
    /// A job on a schedule.
    CronJob,
    /// A Helm release.
    Helm,
    /// A kind that this version does not know.
    Unknown,
}

impl Kind {
    /// Every kind that is known, in the order of the law.
    pub const ALL: [Kind; 7] = [
        Kind::Application,
        Kind::Container,
        Kind::ContainerDatabase,
        Kind::ManagedDatabase,
        Kind::LifecycleJob,
        Kind::CronJob,
        Kind::Helm,
    ];

    /// The words a person reads.
    pub fn words(self) -> &'static str {
        match self {
            Kind::Application => "Application",
            Kind::Container => "Container",
            Kind::ContainerDatabase => "Container database",
            Kind::ManagedDatabase => "Managed database",
            Kind::LifecycleJob => "Lifecycle job",
            Kind::CronJob => "Cron job",
            Kind::Helm => "Helm chart",
            Kind::Unknown => "Unknown kind",
        }
    }

    /// Whether it is a database of either sort.
    pub fn is_database(self) -> bool {
        matches!(self, Kind::ContainerDatabase | Kind::ManagedDatabase)
    }

    /// Whether it is a job of either sort.
    pub fn is_job(self) -> bool {
        matches!(self, Kind::LifecycleJob | Kind::CronJob)
    }

    /// Whether it runs pods that stay up: what Restart needs (law §3, by kind).
    pub fn keeps_pods_up(self) -> bool {
        matches!(self, Kind::Application | Kind::Container | Kind::ContainerDatabase)
    }
}

/// Where the code of a service comes from; it decides what a version is (law §1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Source {
    /// A git repository: a version is a commit.
    Git,
    /// An image registry: a version is an image tag.
    Image,
    /// A chart repository: a version is a chart version.
    Chart,
    /// Databases: no version that can be picked.
    None,
    /// Not told by the server.
    Unknown,
}

/// The engine of a database.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Engine {
    /// PostgreSQL.
    Postgresql,
    /// MySQL.
    Mysql,
    /// MongoDB.
    Mongodb,
    /// Redis: cannot be paused where managed (law §3).
    Redis,
    /// Not told, or not known to this version.
    Unknown,
}

/// The cloud provider of a cluster.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Provider {
    /// Amazon Web Services: the only one whose managed databases can be paused (law §3).
    Aws,
    /// Google Cloud.
    Gcp,
    /// Microsoft Azure.
    Azure,
    /// Scaleway.
    Scaleway,
    /// The user's own cluster.
    OnPremise,
    /// Not told, or not known to this version.
    Unknown,
}

impl Engine {
    /// Reads a wire name (`DatabaseTypeEnum`); what is not known is [`Engine::Unknown`].
    pub fn from_name(name: &str) -> Engine {
        match name {
            "POSTGRESQL" => Engine::Postgresql,
            "MYSQL" => Engine::Mysql,
            "MONGODB" => Engine::Mongodb,
            "REDIS" => Engine::Redis,
            _ => Engine::Unknown,
        }
    }

    /// The wire name.
    pub fn name(self) -> &'static str {
        match self {
            Engine::Postgresql => "POSTGRESQL",
            Engine::Mysql => "MYSQL",
            Engine::Mongodb => "MONGODB",
            Engine::Redis => "REDIS",
            Engine::Unknown => "UNKNOWN",
        }
    }
}

impl Provider {
    /// Reads a wire name (`CloudProviderEnum`); what is not known is [`Provider::Unknown`].
    pub fn from_name(name: &str) -> Provider {
        match name {
            "AWS" => Provider::Aws,
            "GCP" => Provider::Gcp,
            "AZURE" => Provider::Azure,
            "SCW" => Provider::Scaleway,
            "ON_PREMISE" => Provider::OnPremise,
            _ => Provider::Unknown,
        }
    }

    /// The wire name.
    pub fn name(self) -> &'static str {
        match self {
            Provider::Aws => "AWS",
            Provider::Gcp => "GCP",
            Provider::Azure => "AZURE",
            Provider::Scaleway => "SCW",
            Provider::OnPremise => "ON_PREMISE",
            Provider::Unknown => "UNKNOWN",
        }
    }

    /// The words a person reads.
    pub fn words(self) -> &'static str {
        match self {
            Provider::Aws => "AWS",
            Provider::Gcp => "Google Cloud",
            Provider::Azure => "Azure",
            Provider::Scaleway => "Scaleway",
            Provider::OnPremise => "your own cluster",
            Provider::Unknown => "an unknown provider",
        }
    }
}
