//! What can be done with environments and services: the verbs and their arguments.

use std::path::PathBuf;

use clap::{Subcommand, ValueEnum};

use super::options::{In, Own, Sending, Services, Sizes, Version, Watch, YEAR};
use super::watch::patience::ENOUGH;
use crate::lifecycle::Action;

/// What can be done with an environment.
#[derive(Debug, Subcommand)]
#[command(disable_help_subcommand = true)]
pub enum EnvironmentVerb {
    /// Lists the environments of the project
    List,
    /// Shows an environment and its services
    Status {
        /// Name or id
        environment: String,
    },
    /// Deploys it, some of its services, or their latest versions
    Deploy {
        /// Name or id
        environment: String,
        #[command(flatten)]
        services: Services,
        /// The newest commit of each service built from git; with --services, of these
        #[arg(long, conflicts_with_all = ["commit", "tag", "chart_version"])]
        latest: bool,
        #[command(flatten)]
        version: Version,
        #[command(flatten)]
        sending: Sending,
    },
    /// Brings what runs to what is configured
    Redeploy {
        /// Name or id
        environment: String,
        #[command(flatten)]
        services: Services,
        #[command(flatten)]
        sending: Sending,
    },
    /// Replaces the pods of one service of it: there is no restart of a whole environment
    Restart {
        /// Name or id
        environment: String,
        #[command(flatten)]
        services: Services,
        #[command(flatten)]
        sending: Sending,
    },
    /// Stops it, or some of its services
    Stop {
        /// Name or id
        environment: String,
        #[command(flatten)]
        services: Services,
        #[command(flatten)]
        sending: Sending,
    },
    /// Cancels the deployment that runs, or one request
    Cancel {
        /// Name or id
        environment: String,
        /// Also interrupt lifecycle jobs that execute
        #[arg(long)]
        force: bool,
        #[command(flatten)]
        own: Own,
        #[command(flatten)]
        watch: Watch,
    },
    /// Lists the requests that wait for their turn, the next one first
    Queue {
        /// Name or id
        environment: String,
    },
    /// Takes a waiting request back: nothing of it is run
    TakeBack {
        /// Name or id
        environment: String,
        /// The id of the request, from the queue; not needed when only one waits
        request: Option<String>,
    },
    /// Lists its deployments, newest first
    History {
        /// Name or id
        environment: String,
        /// At most so many
        #[arg(long, value_name = "NUMBER", default_value_t = 20, value_parser = clap::value_parser!(u16).range(1..))]
        limit: u16,
    },
    /// Prints the log of its last deployment
    Logs {
        /// Name or id
        environment: String,
        #[command(flatten)]
        lines: Lines,
    },
    /// Says what an action would do, service by service; sends nothing
    Plan {
        /// The action
        action: Planned,
        /// Name or id
        environment: String,
        #[command(flatten)]
        services: Services,
        #[command(flatten)]
        version: Version,
        /// Of deploy: the newest commits, as deploy-latest
        #[arg(long, conflicts_with_all = ["commit", "tag", "chart_version"])]
        latest: bool,
        /// Of cancel: also interrupt lifecycle jobs that execute
        #[arg(long)]
        force: bool,
    },
}

impl EnvironmentVerb {
    /// Where an action keeps its request.
    pub fn request_file(&self) -> Option<PathBuf> {
        match self {
            Self::Deploy { sending, .. }
            | Self::Redeploy { sending, .. }
            | Self::Stop { sending, .. }
            | Self::Restart { sending, .. } => sending.request_file.clone(),
            Self::List
            | Self::Status { .. }
            | Self::Cancel { .. }
            | Self::Queue { .. }
            | Self::TakeBack { .. }
            | Self::History { .. }
            | Self::Logs { .. }
            | Self::Plan { .. } => None,
        }
    }
}

/// What can be done with a service.
#[derive(Debug, Subcommand)]
#[command(disable_help_subcommand = true)]
pub enum ServiceVerb {
    /// Lists those of an environment
    List {
        #[command(flatten)]
        home: In,
    },
    /// Shows one
    Status {
        /// Name or id
        service: String,
        #[command(flatten)]
        home: In,
    },
    /// Deploys it, or a version of it
    Deploy {
        /// Name or id
        service: String,
        #[command(flatten)]
        home: In,
        #[command(flatten)]
        version: Version,
        #[command(flatten)]
        sending: Sending,
    },
    /// Brings what runs to what is configured
    Redeploy {
        /// Name or id
        service: String,
        #[command(flatten)]
        home: In,
        #[command(flatten)]
        sending: Sending,
    },
    /// Stops it
    Stop {
        /// Name or id
        service: String,
        #[command(flatten)]
        home: In,
        #[command(flatten)]
        sending: Sending,
    },
    /// Replaces its pods, same version and configuration
    Restart {
        /// Name or id
        service: String,
        #[command(flatten)]
        home: In,
        #[command(flatten)]
        sending: Sending,
    },
    /// Cancels the environment's deployment that this service is in
    ///
    /// There is no cancel of one service: the whole deployment is canceled, with all services in it. It is refused
    /// where this service is in none. With --request-file or --request it is one request, and no other.
    Cancel {
        /// Name or id
        service: String,
        #[command(flatten)]
        home: In,
        /// Also interrupt lifecycle jobs that execute
        #[arg(long)]
        force: bool,
        #[command(flatten)]
        own: Own,
        #[command(flatten)]
        watch: Watch,
    },
    /// Lists the versions it can be deployed with, newest first
    Versions {
        /// Name or id
        service: String,
        #[command(flatten)]
        home: In,
        /// At most so many
        #[arg(long, value_name = "NUMBER", default_value_t = 20, value_parser = clap::value_parser!(u16).range(1..))]
        limit: u16,
    },
    /// Changes its desired size; the next deployment applies it
    Configure {
        /// Name or id
        service: String,
        #[command(flatten)]
        home: In,
        #[command(flatten)]
        sizes: Sizes,
    },
    /// Lists the deployments it was in, newest first
    History {
        /// Name or id
        service: String,
        #[command(flatten)]
        home: In,
        /// At most so many, of the environment's last hundred deployments
        #[arg(long, value_name = "NUMBER", default_value_t = 20, value_parser = clap::value_parser!(u16).range(1..))]
        limit: u16,
    },
    /// Prints its part of the log of the last deployment it was in
    Logs {
        /// Name or id
        service: String,
        #[command(flatten)]
        home: In,
        #[command(flatten)]
        lines: Lines,
    },
    /// Says what an action would do; sends nothing
    Plan {
        /// The action
        action: Planned,
        /// Name or id
        service: String,
        #[command(flatten)]
        home: In,
        #[command(flatten)]
        version: Version,
        /// Of cancel: also interrupt lifecycle jobs that execute
        #[arg(long)]
        force: bool,
    },
}

impl ServiceVerb {
    /// Where an action keeps its request.
    pub fn request_file(&self) -> Option<PathBuf> {
        match self {
            Self::Deploy { sending, .. }
            | Self::Redeploy { sending, .. }
            | Self::Stop { sending, .. }
            | Self::Restart { sending, .. } => sending.request_file.clone(),
            Self::List { .. }
            | Self::Status { .. }
            | Self::Cancel { .. }
            | Self::Versions { .. }
            | Self::Configure { .. }
            | Self::History { .. }
            | Self::Logs { .. }
            | Self::Plan { .. } => None,
        }
    }
}

/// Which log lines.
#[derive(Debug, clap::Args)]
pub struct Lines {
    /// Go on until the deployment ends
    #[arg(long)]
    pub follow: bool,
    /// Another deployment than the last: its id, from the history
    #[arg(long, value_name = "ID")]
    pub deployment: Option<String>,
    /// Give up following when the server could not be read for so many seconds (exit 4)
    #[arg(long, value_name = "SECONDS", default_value_t = ENOUGH, requires = "follow",
        value_parser = clap::value_parser!(u64).range(..=YEAR))]
    pub timeout: u64,
    /// Seconds between two looks; without it 1, or 10 where the server has only the public contract, which counts requests
    #[arg(long, value_name = "SECONDS", requires = "follow", value_parser = clap::value_parser!(u64).range(..=YEAR))]
    pub interval: Option<u64>,
}

/// An action that can be planned.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Planned {
    /// The first deployment, or else a redeploy
    Deploy,
    /// Bring what runs to what is configured
    Redeploy,
    /// Replace the pods of a service
    Restart,
    /// Stop
    Stop,
    /// Cancel the deployment that runs
    Cancel,
    /// Deploy a chosen version of a service
    DeployVersion,
    /// Deploy the newest commits of an environment
    DeployLatest,
}

impl Planned {
    /// The law's action.
    pub fn action(self) -> Action {
        match self {
            Planned::Deploy => Action::Deploy,
            Planned::Redeploy => Action::Redeploy,
            Planned::Restart => Action::Restart,
            Planned::Stop => Action::Stop,
            Planned::Cancel => Action::Cancel,
            Planned::DeployVersion => Action::DeployVersion,
            Planned::DeployLatest => Action::DeployLatest,
        }
    }
}
