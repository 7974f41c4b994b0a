//! Which server, as whom: flags before environment variables before the config file.
//!
//! Invariants: the token is in no debug output and in no message; a setting that is there and wrong is an error, never
//! passed over.

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use clap::ValueEnum;

use super::failure::Failure;
use super::options::{Auth, Options};
use crate::api::http::{CI_CD, ORIGINS, is_this_machine};
use crate::client::curl::quoted;

/// Where `playhead serve` listens unless told otherwise.
const DEFAULT_API_URL: &str = "http://127.0.0.1:8080/api";

/// As official clients have it: where the live API is, and a token of an account there.
const LIVE_ADDRESS: &str = "QOVERY_API_URL";
const LIVE_TOKEN: &str = "QOVERY_CLI_ACCESS_TOKEN";

/// The keys of the config file.
const KEYS: [&str; 5] = ["api_url", "token", "auth", "organization", "project"];

/// A token that is for another address than the one that is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HeldBack {
    /// A live account's: it is for the address of the variable beside it.
    Live,
    /// The config file's: it is for the address there.
    File,
}

/// What is settled before the first request.
#[derive(Clone)]
pub struct Settings {
    /// Address of the API, without a slash at its end.
    pub api_url: String,
    /// Value of the header `Authorization`.
    pub authorization: Option<String>,
    /// The token that there is and that is not sent to this address, where no other is.
    pub held_back: Option<HeldBack>,
    /// Name or id of the organization.
    pub organization: Option<String>,
    /// Name or id of the project.
    pub project: Option<String>,
    /// From where actions are said to come.
    pub origin: String,
    /// Who is said to ask.
    pub actor: Option<String>,
    /// The flags that said where, as they end a command to be copied: a space before each.
    pub flags: String,
}

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settings").field("api_url", &self.api_url).finish_non_exhaustive()
    }
}

impl Settings {
    /// Reads flags, environment variables and the config file.
    pub fn read(options: &Options) -> Result<Settings, Failure> {
        let file = Config::read()?;
        let given = |flag: &Option<String>, names: &[&str], key: &str| {
            let variable = || names.iter().find_map(|name| variable(name));
            flag.clone().or_else(variable).or_else(|| file.get(key))
        };
        let api_url = given(&options.api_url, &["PLAYHEAD_API_URL", LIVE_ADDRESS], "api_url");
        let from_file = options.token_file.as_deref().map(token_of).transpose()?;
        let flag = options.token.clone().map(|token| token.0).or(from_file);
        let auth = auth(options, &file)?;
        let api_url = address(api_url.as_deref().unwrap_or(DEFAULT_API_URL))?;
        // The config file's token is for the address there, whoever names another.
        let own = origin_of(&api_url) == origin_of(file.get("api_url").as_deref().unwrap_or(DEFAULT_API_URL));
        // And the live account's for the address that is named beside it.
        let live = variable(LIVE_ADDRESS).is_some_and(|live| origin_of(&api_url) == origin_of(&live));
        let account = variable(LIVE_TOKEN).filter(|_| live);
        let token =
            flag.or_else(|| variable("PLAYHEAD_TOKEN")).or(account).or_else(|| file.get("token").filter(|_| own));
        let held_back = match token {
            Some(_) => None,
            None if variable(LIVE_TOKEN).is_some() => Some(HeldBack::Live),
            None => file.get("token").map(|_| HeldBack::File),
        };
        if token.is_some() {
            hidden(&api_url, options.insecure_http || is_on("PLAYHEAD_INSECURE_HTTP"))?;
        }
        Ok(Settings {
            held_back,
            authorization: token.map(|token| authorization(auth, &token)).transpose()?,
            api_url,
            organization: given(&options.organization, &["PLAYHEAD_ORGANIZATION"], "organization"),
            project: given(&options.project, &["PLAYHEAD_PROJECT"], "project"),
            origin: origin(options)?,
            actor: variable("PLAYHEAD_ACTOR").or_else(|| variable("USER")).filter(|name| is_line(name)),
            flags: flags(options),
        })
    }
}

/// What variables and the file say, they say to the next command too.
fn flags(options: &Options) -> String {
    let flags = [("api-url", &options.api_url), ("organization", &options.organization), ("project", &options.project)];
    let said = flags.into_iter().filter_map(|(name, value)| Some((name, value.as_deref()?)));
    said.map(|(name, value)| format!(" --{name} {}", quoted(value))).collect()
}

/// An environment variable that says something.
pub fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// An address as it is used. What of one may be a secret is in no message.
fn address(url: &str) -> Result<String, Failure> {
    if url.contains('@') {
        let wrong = "the address of the API has a user name or a password in it (before an @), which is not sent. Give the \
                     address alone, and a token with PLAYHEAD_TOKEN or --token-file.";
        return Err(Failure::Usage(wrong.to_owned()));
    }
    let (start, rest) = url.split_at(url.find(['?', '#']).unwrap_or(url.len()));
    match rest.is_empty() && origin_of(url).is_some() {
        true => Ok(url.trim_end_matches('/').to_owned()),
        false => Err(Failure::Usage(format!(
            "{start:?}{} is no address of an API. Give one such as https://api.qovery.com with --api-url or \
             PLAYHEAD_API_URL.",
            rest.get(..1).map_or_else(String::new, |sign| format!(" with what follows a {sign}"))
        ))),
    }
}

/// Scheme, host and port of an address over HTTP.
fn origin_of(url: &str) -> Option<(String, String, u16)> {
    let uri = url.parse::<ureq::http::Uri>().ok()?;
    let usual = match uri.scheme_str()? {
        "http" => 80,
        "https" => 443,
        _ => return None,
    };
    let host = uri.host().filter(|host| !host.is_empty())?.to_ascii_lowercase();
    Some((uri.scheme_str()?.to_owned(), host, uri.port_u16().unwrap_or(usual)))
}

/// Whether a token can be sent to an address: not in clear to another machine, where anybody on the way can read it.
fn hidden(url: &str, insecure: bool) -> Result<(), Failure> {
    let Ok(uri) = url.parse::<ureq::http::Uri>() else { return Ok(()) };
    let host = uri.host().unwrap_or_default();
    match uri.scheme_str() == Some("https") || is_this_machine(host) || insecure {
        true => Ok(()),
        false => Err(Failure::Usage(format!(
            "the token would go to {host} in clear, for anybody on the way to read, and is not sent. Use https://, or say \
             that it may be so with --insecure-http or PLAYHEAD_INSECURE_HTTP=1."
        ))),
    }
}

/// Whether a variable says yes.
pub fn is_on(name: &str) -> bool {
    variable(name).is_some_and(|value| !matches!(value.as_str(), "false" | "0"))
}

fn token_of(path: &Path) -> Result<String, Failure> {
    let text = fs::read_to_string(path);
    text.map(|text| text.trim().to_owned()).map_err(|error| Failure::File { place: path.display().to_string(), error })
}

/// A word that is wrong is an error even where there is no token yet: nobody would look for it later.
fn auth(options: &Options, file: &Config) -> Result<Auth, Failure> {
    let from_variable = || variable("PLAYHEAD_AUTH").map(|word| (word, "PLAYHEAD_AUTH".to_owned()));
    let from_file = || file.get("auth").map(|word| (word, format!("\"auth\" in the config file {}", file.place())));
    match (options.auth, from_variable().or_else(from_file)) {
        (Some(auth), _) => Ok(auth),
        (None, None) => Ok(Auth::default()),
        (None, Some((word, place))) => Auth::from_str(&word, false)
            .map_err(|_| Failure::Usage(format!("{place}: {word:?} is none of token and bearer."))),
    }
}

fn authorization(auth: Auth, token: &str) -> Result<String, Failure> {
    if token.is_empty() || !token.bytes().all(|byte| byte.is_ascii_graphic()) {
        let wrong = "the token is empty or has spaces or line breaks in it. Copy it again, alone.";
        return Err(Failure::Usage(wrong.to_owned()));
    }
    Ok(match auth {
        Auth::Token => format!("Token {token}"),
        Auth::Bearer => format!("Bearer {token}"),
    })
}

fn origin(options: &Options) -> Result<String, Failure> {
    let told = options.origin.clone().or_else(|| variable("PLAYHEAD_ORIGIN"));
    let automatic = || if is_on("CI") { CI_CD.to_owned() } else { "CLI".to_owned() };
    let origin = told.unwrap_or_else(automatic);
    let known = || std::iter::once(CI_CD).chain(ORIGINS);
    match known().any(|word| word == origin) {
        true => Ok(origin),
        false => {
            let words = known().collect::<Vec<_>>().join(", ");
            Err(Failure::Usage(format!("{origin:?} is no origin. There are {words}.")))
        }
    }
}

/// Whether it can be the value of a header.
fn is_line(text: &str) -> bool {
    !text.chars().any(char::is_control)
}

/// The config file; without one nothing is set.
#[derive(Default)]
struct Config {
    path: PathBuf,
    map: serde_json::Map<String, Value>,
}

impl Config {
    fn read() -> Result<Config, Failure> {
        let named = variable("PLAYHEAD_CONFIG").map(PathBuf::from);
        let Some(path) = named.clone().or_else(usual_place) else { return Ok(Config::default()) };
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if named.is_none() && error.kind() == std::io::ErrorKind::NotFound => {
                return Ok(Config::default());
            }
            Err(error) => return Err(Failure::File { place: path.display().to_string(), error }),
        };
        let wrong = |what: String| Failure::Usage(format!("config file {}: {what}", path.display()));
        let map = match serde_json::from_str(&text) {
            Ok(Value::Object(map)) => map,
            Ok(_) => return Err(wrong("an object is expected, such as {\"api_url\": \"https://…\"}.".to_owned())),
            // Its place only: the words of a syntax error may quote the token.
            Err(error) => {
                return Err(wrong(format!("line {}, column {}: not JSON.", error.line(), error.column())));
            }
        };
        for (key, value) in &map {
            if !KEYS.contains(&key.as_str()) {
                return Err(wrong(format!("{key:?} is no setting. There are {}.", KEYS.join(", "))));
            }
            if !value.is_string() {
                return Err(wrong(format!("{key:?} has to be a text.")));
            }
        }
        Ok(Config { path, map })
    }

    fn place(&self) -> impl fmt::Display {
        self.path.display()
    }

    fn get(&self, key: &str) -> Option<String> {
        self.map.get(key).and_then(Value::as_str).filter(|value| !value.is_empty()).map(str::to_owned)
    }
}

fn usual_place() -> Option<PathBuf> {
    let home = || variable("HOME").map(|home| Path::new(&home).join(".config"));
    let folder = variable("XDG_CONFIG_HOME").map(PathBuf::from).or_else(home);
    folder.map(|folder| folder.join("playhead").join("config.json"))
}
