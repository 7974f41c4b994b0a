//! What was asked for with a key is done once, however often it arrives, and answered each time as the first time.
//!
//! A browser sends a request again by itself, an action too, when a connection that it has used before ends without an
//! answer; so do some proxies. That comes at once: answers are known for some minutes, in memory.
//!
//! Invariants: a key is its visitor's own, and belongs to one request: with another path or body it is another key.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use sha2::{Digest, Sha256};
use tokio::sync::OnceCell;

use super::gate::Visitor;
use super::problem;
use crate::api::{Request, Response};

/// How long an answer is known.
const KNOWN: Duration = Duration::from_secs(600);

/// How many are known at most; the oldest go first.
const MOST: usize = 10_000;

type Digested = [u8; 32];

/// What has been answered. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Once(Arc<Mutex<Known>>);

#[derive(Debug, Default)]
struct Known {
    answers: HashMap<Digested, Arc<OnceCell<Response>>>,
    /// In the order they were asked for.
    order: VecDeque<(Instant, Digested)>,
}

impl Known {
    fn of(&mut self, digest: Digested, now: Instant) -> Arc<OnceCell<Response>> {
        while let Some((at, oldest)) = self.order.front()
            && (self.order.len() >= MOST || now.duration_since(*at) > KNOWN)
        {
            self.answers.remove(oldest);
            self.order.pop_front();
        }
        let order = &mut self.order;
        let answer = self.answers.entry(digest).or_insert_with(|| {
            order.push_back((now, digest));
            Arc::default()
        });
        Arc::clone(answer)
    }
}

impl Once {
    /// The answer to a request that came with a key: `answer` makes it, the first time. It goes on when the visitor leaves,
    /// whose second try then waits for it.
    pub async fn answer(
        &self,
        (visitor, key): (&Visitor, &str),
        request: &Request,
        answer: impl Future<Output = Response> + Send + 'static,
    ) -> Response {
        let digest = digest(visitor, key, request);
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner).of(digest, Instant::now());
        let answered = tokio::spawn(async move { known.get_or_init(|| answer).await.clone() });
        answered.await.unwrap_or_else(|_| problem(500, "The request could not be answered: see the server's log"))
    }
}

fn digest(visitor: &Visitor, key: &str, request: &Request) -> Digested {
    let mut digest = Sha256::new();
    let name = match visitor {
        Visitor::Local => "",
        Visitor::Named { name, .. } => name,
    };
    let parts =
        [name.as_bytes(), key.as_bytes(), request.method.name().as_bytes(), request.path.as_bytes(), &request.body];
    for part in parts {
        // With its length, so that no two requests are the same bytes.
        digest.update(part.len().to_le_bytes());
        digest.update(part);
    }
    digest.finalize().into()
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;
    use crate::api::Method;

    #[tokio::test]
    async fn the_oldest_answers_are_forgotten_first() {
        let (once, done) = (Once::default(), Arc::new(AtomicU32::new(0)));
        let ask = async |key: &str| {
            let done = Arc::clone(&done);
            let answer = async move {
                done.fetch_add(1, Ordering::Relaxed);
                Response::new(202)
            };
            once.answer((&Visitor::Local, key), &Request::new(Method::Post, "/"), answer).await;
        };
        for key in 0..=MOST {
            ask(&key.to_string()).await;
        }
        ask(&MOST.to_string()).await;
        assert_eq!(done.load(Ordering::Relaxed) as usize, MOST + 1);
        ask("0").await;
        assert_eq!(done.load(Ordering::Relaxed) as usize, MOST + 2);
        assert_eq!(once.0.lock().unwrap_or_else(PoisonError::into_inner).answers.len(), MOST);
    }
}
