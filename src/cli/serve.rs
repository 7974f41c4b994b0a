//! `playhead serve`: the console and the API over HTTP.

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::Args;
use clap::builder::PossibleValuesParser;

use super::WRONG;
use super::options::Auth;
use super::output;
use super::settings::{is_on, variable};
use crate::backend::scenario;
use crate::server::upstream::{self, Scheme, TOKEN_VARIABLES, Token};
use crate::server::{self, Answering, DATA, Failure, Opening, Options, Origin};

/// The exit code of a server that cannot begin, or go on, although it was asked rightly.
const FAILED: u8 = 1;

#[derive(Debug, Args)]
pub struct Serve {
    /// The address to listen on
    #[arg(long, default_value = "127.0.0.1")]
    host: IpAddr,
    /// The port to listen on; 0 is any free one
    #[arg(long, default_value_t = 8080)]
    port: u16,
    /// The folder with the journal and the tokens
    #[arg(long, env = "PLAYHEAD_DATA", default_value = DATA, value_name = "DIR")]
    data: PathBuf,
    /// The folder with the console (`cargo xtask build` makes dist/); without it the API is served alone
    #[arg(long, value_name = "DIR")]
    console: Option<PathBuf>,
    /// Refuse every action, whoever asks
    #[arg(long)]
    read_only: bool,
    /// How the world begins, when the journal is new
    #[arg(long, default_value = "shop", value_parser = PossibleValuesParser::new(scenario::NAMES))]
    scenario: String,
    /// What chance is made of in it
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// How many times as fast as real time the world runs; as before when not said
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    speed: Option<u32>,
    /// An origin whose pages may use the API, such as https://console.example.com; may be repeated
    #[arg(long, value_name = "ORIGIN")]
    allow_origin: Vec<Origin>,
    /// Writes the log as JSON, a line each
    #[arg(long)]
    log_json: bool,
    #[command(flatten)]
    upstream: Upstream,
}

/// A live API instead of a world.
#[derive(Debug, Args)]
#[command(next_help_heading = "In front of a live API")]
struct Upstream {
    /// Passes the contract's calls on to the API at this address, with a token that no browser sees
    ///
    /// Such as https://api.qovery.com. There is no world then. The token comes from the environment only:
    /// PLAYHEAD_UPSTREAM_TOKEN, else QOVERY_CLI_ACCESS_TOKEN. Who may use it is settled by this server's own tokens.
    #[arg(long, value_name = "URL", conflicts_with_all = ["scenario", "seed", "speed"])]
    upstream: Option<String>,
    /// How the upstream's token is presented: as an API token or as a person's
    #[arg(long, value_enum, default_value = "token", requires = "upstream")]
    upstream_auth: Auth,
    /// Where its websockets are; unless told, wss://ws.X for https://api.X, else the same address
    #[arg(long, value_name = "URL", requires = "upstream")]
    upstream_ws: Option<String>,
    /// Seconds between two pings of a websocket; who does not answer to two is dropped
    #[arg(long, value_name = "SECONDS", default_value_t = 20, requires = "upstream",
        value_parser = clap::value_parser!(u64).range(1..=3600))]
    upstream_ping: u64,
    /// Let the token go to another machine over http://, where anybody on the way can read it
    ///
    /// Also: PLAYHEAD_INSECURE_HTTP=1.
    #[arg(long, requires = "upstream")]
    insecure_http: bool,
}

impl Upstream {
    fn options(self) -> Result<Option<upstream::Options>, upstream::Error> {
        let Some(url) = self.upstream else { return Ok(None) };
        let scheme = match self.upstream_auth {
            Auth::Token => Scheme::Token,
            Auth::Bearer => Scheme::Bearer,
        };
        let token = Token::read(TOKEN_VARIABLES.iter().find_map(|name| variable(name)))?;
        let ping = Duration::from_secs(self.upstream_ping);
        let insecure = self.insecure_http || is_on("PLAYHEAD_INSECURE_HTTP");
        Ok(Some(upstream::Options { url, sockets: self.upstream_ws, token, scheme, ping, insecure }))
    }
}

impl Serve {
    pub fn run(self, json: bool) -> ExitCode {
        let log = tracing_subscriber::fmt().with_writer(std::io::stderr).with_target(false).log_internal_errors(false);
        if self.log_json {
            log.json().flatten_event(true).init()
        } else {
            log.init()
        }
        match self.options().and_then(server::serve) {
            Ok(()) => ExitCode::SUCCESS,
            Err(failure) => {
                let words = if json { format!("{failure}.") } else { format!("error: {failure}.") };
                let code = code(&failure);
                output::fail(json, &words, code, None);
                ExitCode::from(code)
            }
        }
    }

    fn options(self) -> Result<Options, Failure> {
        let answering = match self.upstream.options()? {
            Some(upstream) => Answering::Upstream(upstream),
            None => {
                let opening = Opening { scenario: self.scenario, seed: self.seed };
                Answering::World { opening, speed: self.speed }
            }
        };
        Ok(Options {
            address: SocketAddr::new(self.host, self.port),
            data: self.data,
            console: self.console,
            answering,
            origins: self.allow_origin,
            read_only: self.read_only,
        })
    }
}

/// What is wrong with what was asked, or with what is found there.
fn code(failure: &Failure) -> u8 {
    match failure {
        Failure::Data { .. }
        | Failure::NoData(_)
        | Failure::Upstream(_)
        | Failure::Console { .. }
        | Failure::Open { .. } => WRONG,
        Failure::Journal(_)
        | Failure::Tokens(_)
        | Failure::InUse(_)
        | Failure::World
        | Failure::Listen { .. }
        | Failure::System(_) => FAILED,
    }
}
