//! The command line: `playhead NOUN VERB`, over the same client as the console, and `playhead serve`.
//!
//! Invariants: no rule of its own: what is allowed the lifecycle says, and the server has the last word; a token is never
//! printed after it was created; an action is sent once.

mod act;
mod configure;
mod documents;
mod environment;
pub mod facts;
mod failure;
mod find;
pub mod foreign;
mod history;
mod logs;
mod nouns;
mod options;
mod output;
mod own;
mod preview;
mod queue;
mod receipt;
mod serve;
mod service;
mod session;
mod settings;
mod show;
mod snapshot;
mod token;
mod verbs;
mod version;
mod watch;
mod world;

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};

use failure::Failure;
use nouns::Noun;
use options::Options;
use output::Output;
use session::Session;
use verbs::{EnvironmentVerb, ServiceVerb};

/// The exit code of wrong arguments.
const WRONG: u8 = 2;

/// What the help ends with.
const AFTER: &str = "\
Exit codes: 0 done; 1 the watched deployment failed or was canceled, or serve cannot begin or go on (it cannot listen \
there, another server uses the folder, the journal cannot be read); 2 wrong arguments, names or settings; \
3 refused, or not allowed for this token; 4 the API cannot be reached or does not answer; 130 interrupted, 143 terminated: \
what was accepted goes on.

Settings: flags come before the environment variables PLAYHEAD_API_URL, PLAYHEAD_TOKEN, PLAYHEAD_AUTH, \
PLAYHEAD_ORGANIZATION, PLAYHEAD_PROJECT, PLAYHEAD_ENVIRONMENT, PLAYHEAD_ORIGIN, PLAYHEAD_ACTOR, \
PLAYHEAD_INSECURE_HTTP (then QOVERY_API_URL, QOVERY_CLI_ACCESS_TOKEN), and those before the config file: \
PLAYHEAD_CONFIG, else playhead/config.json in XDG_CONFIG_HOME or ~/.config, a JSON object with api_url, token, auth, \
organization, project. Without an address it is http://127.0.0.1:8080/api. QOVERY_CLI_ACCESS_TOKEN is sent only where \
the address is that of QOVERY_API_URL, the token of the config file only to the address there; no token goes to \
another machine over http:// without --insecure-http. With NO_COLOR nothing is coloured. With --json an error is \
one line of the standard error: {\"error\": words, \"code\": exit code}, with \"request\" and \"environment\" where \
an accepted action goes on.";

/// Deploys, stops and watches environments and services; serves the console.
#[derive(Debug, Parser)]
#[command(name = "playhead", version, disable_help_subcommand = true, after_help = AFTER)]
struct Arguments {
    #[command(flatten)]
    options: Options,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Lists environments, shows them, acts on them
    #[command(subcommand)]
    Environment(EnvironmentVerb),
    /// Lists services of every kind, shows them, acts on them
    #[command(subcommand)]
    Service(ServiceVerb),
    /// Lists applications (built from git), shows them, acts on them
    #[command(subcommand)]
    Application(ServiceVerb),
    /// Lists containers (run from an image), shows them, acts on them
    #[command(subcommand)]
    Container(ServiceVerb),
    /// Lists lifecycle jobs and cron jobs, shows them, acts on them
    #[command(subcommand)]
    Job(ServiceVerb),
    /// Lists Helm charts, shows them, acts on them
    #[command(subcommand)]
    Helm(ServiceVerb),
    /// Lists databases, shows them, acts on them
    #[command(subcommand)]
    Database(ServiceVerb),
    /// Writes the server's world to a file, or opens one (demo servers)
    #[command(subcommand)]
    World(world::World),
    /// Prints the completions of a shell
    Completions(documents::Completions),
    /// Prints the manual page, or writes one for each command
    Man(documents::Man),
    /// Serves the console and the API over HTTP
    Serve(serve::Serve),
    /// Makes, lists and revokes the tokens of a server
    #[command(subcommand)]
    Token(token::Token),
}

/// Does what the arguments of the process say.
pub fn run() -> ExitCode {
    let matches = command().try_get_matches_from(asked(std::env::args_os().collect()));
    let arguments = match matches.and_then(|matches| Arguments::from_arg_matches(&matches)) {
        Ok(arguments) => arguments,
        Err(error) => return misunderstood(&error),
    };
    let options = &arguments.options;
    let done = match arguments.command {
        Command::Serve(serve) => return serve.run(options.json),
        Command::Token(token) => token.run(Output::new(options.json)),
        Command::Completions(completions) => completions.run(command()),
        Command::Man(man) => man.run(command()),
        Command::World(world) => over_api(options, None, async |session| world.run(session).await),
        Command::Environment(verb) => {
            over_api(options, verb.request_file(), async |session| environment::run(verb, session).await)
        }
        Command::Service(verb) => on_service(options, Noun::Service, verb),
        Command::Application(verb) => on_service(options, Noun::Application, verb),
        Command::Container(verb) => on_service(options, Noun::Container, verb),
        Command::Job(verb) => on_service(options, Noun::Job, verb),
        Command::Helm(verb) => on_service(options, Noun::Helm, verb),
        Command::Database(verb) => on_service(options, Noun::Database, verb),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            if !matches!(failure, Failure::Closed) {
                let words = if options.json { failure.to_string() } else { format!("error: {failure}") };
                output::fail(options.json, &words, failure.code(), failure.about());
            }
            ExitCode::from(failure.code())
        }
    }
}

/// `playhead help NOUN VERB`, as many programs have it, is `playhead NOUN VERB --help`; flags without a value may come first.
fn asked(mut words: Vec<OsString>) -> Vec<OsString> {
    let first = words.iter().skip(1).take_while(|word| *word == "--json" || *word == "--insecure-http").count() + 1;
    if words.get(first).is_some_and(|word| word == "help") {
        words.remove(first);
        words.push("--help".into());
    }
    words
}

/// Arguments that are none, or a question for help.
fn misunderstood(error: &clap::Error) -> ExitCode {
    // What they say is not known where they are wrong: whoever asks for JSON gets it.
    let json = std::env::args_os().skip(1).take_while(|word| word != "--").any(|word| word == "--json");
    if !error.use_stderr() || !json {
        error.exit();
    }
    let words = error.render().to_string();
    output::fail(true, words.trim_start_matches("error: ").trim_end(), WRONG, None);
    ExitCode::from(WRONG)
}

/// The arguments there are; each noun shows what it has.
fn command() -> clap::Command {
    nouns::tidy(Arguments::command())
}

fn on_service(options: &Options, noun: Noun, verb: ServiceVerb) -> Result<(), Failure> {
    over_api(options, verb.request_file(), async |session| service::run(noun, verb, session).await)
}

/// Runs a command over the API: requests one after another, and a second thread that hears Ctrl-C meanwhile. Whatever
/// becomes of it, the file of its request says nothing of an earlier one.
fn over_api(
    options: &Options,
    request_file: Option<PathBuf>,
    work: impl AsyncFnOnce(&Session) -> Result<(), Failure>,
) -> Result<(), Failure> {
    if let Some(path) = request_file {
        receipt::forget(&path)?;
    }
    let session = Session::open(options)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
    let runtime = runtime.map_err(|error| Failure::File { place: "the runtime".to_owned(), error })?;
    runtime.block_on(work(&session))
}
