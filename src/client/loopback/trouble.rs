//! What can go wrong between a page and an API, to be tried out: the console has to bear each of these, over both transports.

use std::sync::{Arc, Mutex, PoisonError};

use super::{Between, Carrying, Loopback};
use crate::api::{Method, Request, Response};
use crate::client::error::Error;
use crate::client::{TIMEOUT_SECONDS, timer};

/// What goes wrong. Displayed by [`Trouble::words`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// Nothing.
    None,
    /// Nothing gets through, and that is known at once.
    Offline,
    /// Every request is lost on its way.
    RequestsLost,
    /// Every request is carried out, and its answer is lost.
    AnswersLost,
    /// Old answers come again.
    AnswersRepeated,
    /// 401.
    Unauthorized,
    /// 403.
    Forbidden,
    /// 404.
    NotFound,
    /// 409 to every action.
    Conflict,
    /// 429, with the time of the next.
    Limited,
    /// 503.
    Unavailable,
    /// 500, after the request was carried out.
    FailsAfterwards,
    /// A web page in place of every answer.
    Page,
    /// Every answer ends in the middle.
    CutOff,
    /// Words and fields that no version of this program knows.
    Newer,
}

/// In how many seconds more may be asked.
const RESET: &str = "20";

impl Trouble {
    /// All of them.
    pub const ALL: [Trouble; 15] = [
        Trouble::None,
        Trouble::Offline,
        Trouble::RequestsLost,
        Trouble::AnswersLost,
        Trouble::AnswersRepeated,
        Trouble::Unauthorized,
        Trouble::Forbidden,
        Trouble::NotFound,
        Trouble::Conflict,
        Trouble::Limited,
        Trouble::Unavailable,
        Trouble::FailsAfterwards,
        Trouble::Page,
        Trouble::CutOff,
        Trouble::Newer,
    ];

    /// What it is, for a list to choose from.
    pub fn words(self) -> &'static str {
        match self {
            Trouble::None => "Works",
            Trouble::Offline => "Offline: nothing gets through",
            Trouble::RequestsLost => "Loses requests: nothing arrives",
            Trouble::AnswersLost => "Loses answers: the request is carried out",
            Trouble::AnswersRepeated => "Repeats itself: old answers come again",
            Trouble::Unauthorized => "401: the token is not known",
            Trouble::Forbidden => "403: the token may not",
            Trouble::NotFound => "404: nothing is there",
            Trouble::Conflict => "409: every action is refused",
            Trouble::Limited => "429: too many requests",
            Trouble::Unavailable => "503: not available",
            Trouble::FailsAfterwards => "500, although it was done",
            Trouble::Page => "A web page in place of every answer",
            Trouble::CutOff => "Cut off: every answer ends in the middle",
            Trouble::Newer => "A newer server: words that are not known here",
        }
    }

    /// What plays it.
    pub fn between(self) -> Option<Between> {
        let repeating = Arc::new(Mutex::new(Vec::new()));
        match self {
            Trouble::None => None,
            _ => Some(Arc::new(move |loopback, request| self.carry(loopback, request, repeating.clone()))),
        }
    }

    fn carry(self, loopback: Loopback, request: Request, repeating: Arc<Mutex<Vec<Repeating>>>) -> Carrying {
        Box::pin(async move {
            let acts = request.method != Method::Get;
            match self {
                Trouble::Offline => return Err(Error::Offline),
                Trouble::RequestsLost => return lost().await,
                Trouble::Unauthorized => return Ok(refusal(401, "The token is missing or unknown.")),
                Trouble::Forbidden => return Ok(refusal(403, "The token lacks the right.")),
                Trouble::NotFound => return Ok(refusal(404, "There is nothing like this here.")),
                Trouble::Conflict if acts => return Ok(refusal(409, "The cluster is locked.")),
                Trouble::Limited => {
                    let answer = refusal(429, "The limit of this hour is reached.");
                    return Ok(answer
                        .with_header("X-RateLimit-Remaining", "0")
                        .with_header("X-RateLimit-Reset", RESET));
                }
                Trouble::Unavailable => return Ok(Response::new(503)),
                _ => {}
            }
            let mut answer = loopback.arrived(&request).await;
            match self {
                Trouble::AnswersLost => return lost().await,
                Trouble::FailsAfterwards => return Ok(refusal(500, "Something went wrong here.")),
                Trouble::Page => answer = answer.with_body("<!doctype html><title>Sign in</title>"),
                Trouble::CutOff => answer.body.truncate(answer.body.len() / 2),
                Trouble::Newer => answer.body = newer(&answer.body),
                Trouble::AnswersRepeated if !acts => {
                    let mut all = repeating.lock().unwrap_or_else(PoisonError::into_inner);
                    answer = repeated(&mut all, &request.path, answer);
                }
                _ => {}
            }
            Ok(answer)
        })
    }
}

/// What was answered to a path.
struct Repeating {
    path: String,
    last: Response,
    /// The one before it, for as long as it was not given again.
    older: Option<Response>,
}

/// In turns the answer itself, and that of the time before the last.
fn repeated(all: &mut Vec<Repeating>, path: &str, answer: Response) -> Response {
    let Some(known) = all.iter_mut().find(|known| known.path == path) else {
        all.push(Repeating { path: path.to_owned(), last: answer.clone(), older: None });
        return answer;
    };
    known.older.take().unwrap_or_else(|| {
        known.older = Some(std::mem::replace(&mut known.last, answer.clone()));
        answer
    })
}

async fn lost() -> Result<Response, Error> {
    timer::pause(TIMEOUT_SECONDS * 1_000).await;
    Err(Error::Timeout { seconds: TIMEOUT_SECONDS, action: false })
}

fn refusal(status: u16, detail: &str) -> Response {
    Response::new(status).with_body(format!(r#"{{"status":{status},"detail":"{detail}"}}"#))
}

/// The answer of a server that has another word for what was called deployed, and a field more in everything.
fn newer(body: &[u8]) -> Vec<u8> {
    let text = String::from_utf8_lossy(body);
    text.replace("\"state\":\"DEPLOYED\"", "\"novelty\":{\"since\":2},\"state\":\"FROZEN\"").into_bytes()
}
