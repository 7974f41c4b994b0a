//! Flags that every command over the API knows, and those of the commands that act.

use std::convert::Infallible;
use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use clap::builder::{NonEmptyStringValueParser, RangedI64ValueParser};
use clap::{Args, ValueEnum};

use super::watch::patience::ENOUGH;
use crate::api::configure::{CPU, INSTANCES, MEMORY};

/// As long as anything can be waited for, in seconds: clocks cannot count to the largest number.
pub const YEAR: u64 = 31_536_000;

/// Which server, as whom, and how the answer looks.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Connection and output")]
pub struct Options {
    /// Address of the API, up to where its paths begin
    ///
    /// Such as https://api.qovery.com. Also: PLAYHEAD_API_URL, QOVERY_API_URL, "api_url" in the config file. Of a Playhead
    /// server it ends with /api.
    #[arg(long, global = true, value_name = "URL")]
    pub api_url: Option<String>,
    /// The token; other users of this machine can see it in the list of processes
    ///
    /// Better: PLAYHEAD_TOKEN, --token-file, or "token" in the config file, which is sent to the address there only.
    /// QOVERY_CLI_ACCESS_TOKEN is read too, and is sent only where the address is that of QOVERY_API_URL.
    #[arg(long, global = true, value_name = "TOKEN", conflicts_with = "token_file")]
    pub token: Option<Secret>,
    /// File that holds the token and nothing else
    #[arg(long, global = true, value_name = "FILE")]
    pub token_file: Option<PathBuf>,
    /// Let the token go to another machine over http://, where anybody on the way can read it
    ///
    /// Also: PLAYHEAD_INSECURE_HTTP=1. Without it a token is sent over https://, or to this machine, only.
    #[arg(long, global = true)]
    pub insecure_http: bool,
    /// How the token is presented: as an API token (the default) or as a person's
    ///
    /// Also: PLAYHEAD_AUTH, "auth" in the config file.
    #[arg(long, global = true, value_enum)]
    pub auth: Option<Auth>,
    /// Name or id of the organization, where there are several
    ///
    /// Also: PLAYHEAD_ORGANIZATION, "organization" in the config file.
    #[arg(long, global = true, value_name = "NAME")]
    pub organization: Option<String>,
    /// Name or id of the project, where there are several
    ///
    /// Also: PLAYHEAD_PROJECT, "project" in the config file.
    #[arg(long, global = true, value_name = "NAME")]
    pub project: Option<String>,
    /// From where actions are said to come: CLI, or CI_CD where the variable CI is set
    ///
    /// One of CI_CD, API, CLI, CONSOLE, GIT, QOVERY_INTERNAL, SKILL, TERRAFORM_PROVIDER. Also: PLAYHEAD_ORIGIN. Who is said
    /// to ask: PLAYHEAD_ACTOR, else USER.
    #[arg(long, global = true, value_name = "ORIGIN")]
    pub origin: Option<String>,
    /// Print the answer as JSON; fields may be added in later versions, never taken away
    #[arg(long, global = true)]
    pub json: bool,
}

/// A text that no debug output shows.
#[derive(Clone)]
pub struct Secret(pub String);

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(secret)")
    }
}

impl FromStr for Secret {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Secret, Infallible> {
        Ok(Secret(text.to_owned()))
    }
}

/// How a token is presented.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Auth {
    /// `Authorization: Token …`: machines.
    #[default]
    Token,
    /// `Authorization: Bearer …`: people.
    Bearer,
}

/// Whether and how an action is followed to its end.
#[derive(Clone, Copy, Debug, Args)]
#[command(next_help_heading = "Watching")]
pub struct Watch {
    /// Follow to the end; exit 1 if it fails or is canceled
    #[arg(long)]
    pub watch: bool,
    /// Give up watching after so many seconds (exit 4); the deployment goes on
    #[arg(long, value_name = "SECONDS", default_value_t = ENOUGH, requires = "watch",
        value_parser = clap::value_parser!(u64).range(..=YEAR))]
    pub timeout: u64,
    /// Seconds between two looks; without it 1, or 5 where the server has only the public contract, which counts requests
    #[arg(long, value_name = "SECONDS", requires = "watch", value_parser = clap::value_parser!(u64).range(..=YEAR))]
    pub interval: Option<u64>,
}

/// How an action is sent: what is kept of it, and whether it is followed.
#[derive(Clone, Debug, Args)]
pub struct Sending {
    /// Write the id of the request to this file as soon as it is accepted, for "cancel --request-file"
    ///
    /// The file is gone when nothing was accepted. Where it cannot be written nothing is sent (exit 2).
    #[arg(long, value_name = "FILE")]
    pub request_file: Option<PathBuf>,
    #[command(flatten)]
    pub watch: Watch,
}

impl From<Watch> for Sending {
    /// Nothing is kept of it.
    fn from(watch: Watch) -> Sending {
        Sending { request_file: None, watch }
    }
}

/// The one request that a cancel is about.
#[derive(Clone, Debug, Args)]
pub struct Own {
    /// Cancel just the request that an action with --request-file wrote there, and no other
    ///
    /// While it waits it is taken back, while it runs its deployment is canceled. That it is over, or that nothing was
    /// asked for, is said and is no error.
    #[arg(long, value_name = "FILE", conflicts_with = "request")]
    pub request_file: Option<PathBuf>,
    /// The same for the request with this id
    #[arg(long, value_name = "ID")]
    pub request: Option<String>,
}

/// The desired size of a service: what of it there is depends on the kind.
#[derive(Clone, Copy, Debug, Args)]
#[group(required = true, multiple = true)]
pub struct Sizes {
    /// vCPU of an instance, in thousandths: 500 is half of one
    #[arg(long, value_name = "MCPU", value_parser = within(CPU))]
    pub cpu: Option<u32>,
    /// Memory of an instance, in MB
    #[arg(long, value_name = "MB", value_parser = within(MEMORY))]
    pub memory: Option<u32>,
    /// The fewest instances; to run none, stop the service
    #[arg(long, value_name = "NUMBER", value_parser = within(INSTANCES))]
    pub min_instances: Option<u32>,
    /// The most instances
    #[arg(long, value_name = "NUMBER", value_parser = within(INSTANCES))]
    pub max_instances: Option<u32>,
}

/// The server judges by the same bounds; here nothing is sent.
fn within((least, most): (u32, u32)) -> RangedI64ValueParser<u32> {
    clap::value_parser!(u32).range(i64::from(least)..=i64::from(most))
}

/// The services of a subset.
#[derive(Debug, Default, Args)]
pub struct Services {
    // None of them empty: a variable of a script that is empty must not mean the whole environment.
    /// Only these services, by name or id, separated by commas
    #[arg(long, value_name = "NAMES", value_delimiter = ',', value_parser = NonEmptyStringValueParser::new())]
    pub services: Vec<String>,
}

/// The environment of a service.
#[derive(Debug, Args)]
pub struct In {
    /// Name or id of the environment, where there are several
    ///
    /// Also: PLAYHEAD_ENVIRONMENT. Not needed with the id of a service.
    #[arg(long, short, value_name = "NAME")]
    pub environment: Option<String>,
}

impl Version {
    /// Whether one is chosen.
    pub fn is_some(&self) -> bool {
        self.commit.is_some() || self.tag.is_some() || self.chart_version.is_some()
    }
}

/// A version of a service: the flag is that of its source.
#[derive(Clone, Debug, Default, Args)]
#[group(multiple = false)]
pub struct Version {
    /// Deploy this commit of a service built from git; the first digits will do
    #[arg(long, value_name = "SHA", value_parser = NonEmptyStringValueParser::new())]
    pub commit: Option<String>,
    /// Deploy this tag of a service run from an image
    #[arg(long, value_name = "TAG", value_parser = NonEmptyStringValueParser::new())]
    pub tag: Option<String>,
    /// Deploy this version of a chart
    #[arg(long, value_name = "VERSION", value_parser = NonEmptyStringValueParser::new())]
    pub chart_version: Option<String>,
}
