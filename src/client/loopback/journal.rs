//! The journal of the world in the page: how it was opened, every request that was accepted since, and every turn of its
//! clock. The world is not stored: it follows from these (law §9.8). Where that would take long, an exported world stands
//! in their place: an accepted request like any other, to open this file.
//!
//! A line of it is two texts, what happened and the body of the request, and a check over both.

use serde_json::{Map, Value, json};

use crate::api::http::{ACTOR, ORIGIN};
use crate::api::reading::{At, Misplaced, syntax};
use crate::api::{Endpoint, Method, Request};
use crate::client::clock::{Clock, Millis};

/// The version of the lines that is written and read.
const FORMAT: u32 = 1;

/// Something that happened to the world from outside.
#[derive(Clone, Debug, PartialEq)]
pub enum Entry {
    /// It was begun.
    Opened(Opening),
    /// A request was accepted.
    Asked(Asked),
    /// Its clock was set, or stood as it stood.
    Clock(Clock),
}

/// How a world was begun.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Opening {
    /// The scenario; a name that is not known is the first.
    pub scenario: String,
    /// Its seed.
    pub seed: u64,
    /// The world's time then.
    pub at: Millis,
}

/// An accepted request.
#[derive(Clone, Debug, PartialEq)]
pub struct Asked {
    /// The world's time at which it was answered.
    pub at: Millis,
    /// What was asked, without headers but those that say who asks.
    pub request: Request,
    /// The id it got, if it got one.
    pub accepted: Option<String>,
}

impl Asked {
    /// Whether another world is open since: nothing before it matters any more.
    pub fn begins(&self) -> bool {
        let begins = [Endpoint::Reset, Endpoint::ImportWorld].map(|endpoint| endpoint.request(&[]));
        begins.iter().any(|one| (one.method, &one.path) == (self.request.method, &self.request.path))
    }
}

/// A line as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// What happened, as JSON.
    pub head: String,
    /// The body of the request; empty: none.
    pub body: String,
    /// The check over both.
    pub check: String,
}

impl Line {
    /// A line of what happened, as JSON, and the body of the request.
    pub fn new(head: String, body: String) -> Line {
        let check = check(&head, &body);
        Line { head, body, check }
    }
}

/// Why a line cannot be read. Displayed: what is wrong with it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    /// It is whole, and of a newer version of this program.
    #[error("it has format {0}, which a newer version of Playhead wrote")]
    Newer(u32),
    /// It is not what was written.
    #[error("{0}")]
    Damaged(String),
}

impl From<Misplaced> for Unreadable {
    fn from(misplaced: Misplaced) -> Unreadable {
        Unreadable::Damaged(misplaced.to_string())
    }
}

impl Entry {
    /// Writes it.
    pub fn line(&self) -> Line {
        let (mut head, body) = match self {
            Entry::Opened(Opening { scenario, seed, at }) => {
                (json!({ "is": "opened", "scenario": scenario, "seed": seed.to_string(), "at": at }), String::new())
            }
            Entry::Asked(Asked { at, request, accepted }) => (
                json!({
                    "is": "asked",
                    "at": at,
                    "method": request.method.name(),
                    "path": request.path,
                    "actor": request.header(ACTOR),
                    "origin": request.header(ORIGIN),
                    "accepted": accepted,
                }),
                // A body that was accepted is JSON.
                String::from_utf8_lossy(&request.body).into_owned(),
            ),
            Entry::Clock(clock) => (
                json!({
                    "is": "clock",
                    "world": clock.world,
                    "real": clock.since,
                    "speed": clock.speed,
                    "paused": clock.paused,
                }),
                String::new(),
            ),
        };
        if let Value::Object(fields) = &mut head {
            fields.insert("format".to_owned(), FORMAT.into());
        }
        Line::new(head.to_string(), body)
    }

    /// Reads it back.
    ///
    /// # Errors
    /// [`Unreadable`].
    pub fn read(line: &Line) -> Result<Entry, Unreadable> {
        if line.check != check(&line.head, &line.body) {
            return Err(Unreadable::Damaged("it is not as it was written".to_owned()));
        }
        let head: Map<String, Value> = serde_json::from_str(&line.head).map_err(|error| syntax(&error))?;
        let head = Value::Object(head);
        let head = At::root(&head);
        let number = |name: &str| -> Result<Millis, Unreadable> {
            let at = head.key(name);
            at.value.as_i64().ok_or_else(|| at.expected("a whole number").into())
        };
        let text = |name: &str| head.key(name).text_if_any().map(|text| text.map(str::to_owned));
        let small = |name: &str| head.key(name).count_if_any().map(Option::unwrap_or_default);
        match small("format")? {
            // The first one; a former one would be read here, in its way.
            FORMAT => {}
            newer if newer > FORMAT => return Err(Unreadable::Newer(newer)),
            _ => return Err(Unreadable::Damaged("it says no format that there ever was".to_owned())),
        }
        match head.key("is").text()? {
            "opened" => Ok(Entry::Opened(Opening {
                scenario: head.key("scenario").text()?.to_owned(),
                seed: head.key("seed").parsed()?,
                at: number("at")?,
            })),
            "asked" => {
                let name = head.key("method");
                let method = Method::from_name(name.text()?).ok_or_else(|| name.wrong("it is no method"))?;
                let mut request = Request::new(method, head.key("path").text()?).with_body(line.body.as_str());
                for (header, key) in [(ACTOR, "actor"), (ORIGIN, "origin")] {
                    if let Some(value) = text(key)? {
                        request = request.with_header(header, value);
                    }
                }
                Ok(Entry::Asked(Asked { at: number("at")?, request, accepted: text("accepted")? }))
            }
            "clock" => Ok(Entry::Clock(Clock {
                world: number("world")?,
                since: number("real")?,
                speed: small("speed")?.max(1),
                paused: head.key("paused").flag()?,
            })),
            other => Err(Unreadable::Damaged(format!("nothing that happens is called {other:?}"))),
        }
    }
}

/// FNV-1a over 64 bits: it tells a line that was cut or changed, and is not meant against somebody who wants to deceive.
fn check(head: &str, body: &str) -> String {
    let all = head.bytes().chain([0]).chain(body.bytes());
    let hash =
        all.fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    format!("{hash:016x}")
}
