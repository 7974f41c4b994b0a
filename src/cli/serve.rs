//! `playhead serve`: the console and the API over HTTP.

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use clap::builder::PossibleValuesParser;

use crate::backend::scenario;
use crate::server::{self, Options};

#[derive(Debug, Args)]
pub struct Serve {
    /// The address to listen on
    #[arg(long, default_value = "127.0.0.1")]
    host: IpAddr,
    /// The port to listen on; 0 is any free one
    #[arg(long, default_value_t = 8080)]
    port: u16,
    /// The folder with the journal and the tokens
    #[arg(long, env = "PLAYHEAD_DATA", default_value = "playhead-data", value_name = "DIR")]
    data: PathBuf,
    /// The folder with the console (`cargo xtask build` makes dist/); without it the API is served alone
    #[arg(long, value_name = "DIR")]
    console: Option<PathBuf>,
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
    allow_origin: Vec<String>,
    /// Writes the log as JSON, a line each
    #[arg(long)]
    log_json: bool,
}

impl Serve {
    pub fn run(self) -> ExitCode {
        let log = tracing_subscriber::fmt().with_writer(std::io::stderr).with_target(false).log_internal_errors(false);
        if self.log_json {
            log.json().flatten_event(true).init()
        } else {
            log.init()
        }
        let options = Options {
            address: SocketAddr::new(self.host, self.port),
            data: self.data,
            console: self.console,
            scenario: self.scenario,
            seed: self.seed,
            speed: self.speed,
            origins: self.allow_origin,
        };
        match server::serve(options) {
            Ok(()) => ExitCode::SUCCESS,
            Err(failure) => {
                eprintln!("error: {failure}.");
                ExitCode::FAILURE
            }
        }
    }
}
