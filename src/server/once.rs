//! What was asked for with a key is done once, however often it arrives, and answered each time as the first time. Where
//! nothing was begun, and a later try may well be, that is not kept.
//!
//! A browser sends a request again by itself, an action too, when a connection that it has used before ends without an
//! answer; so do some proxies. That comes at once: answers are known for some minutes. What our own world accepted stands
//! in its journal with the digest of the key, so that a server that starts again knows it; refusals have changed nothing
//! and are made again then. What was passed on to an upstream is in memory only: after a crash a second try is passed on.
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
pub const KNOWN: Duration = Duration::from_secs(600);

/// How many are known at most; the oldest go first.
const MOST: usize = 10_000;

/// A refusal whose words are longer than so many bytes is made again rather than kept.
const LARGEST: usize = 16_384;

/// A visitor's key and the request it belongs to.
pub type Digested = [u8; 32];

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
        self.forget(|_, at| now.duration_since(at) > KNOWN);
        if !self.answers.contains_key(&digest) {
            self.forget(|known, _| known >= MOST);
            self.order.push_back((now, digest));
        }
        Arc::clone(self.answers.entry(digest).or_default())
    }

    /// Forgets the oldest as long as there are too many, or it is too old.
    fn forget(&mut self, too: impl Fn(usize, Instant) -> bool) {
        while let Some((at, oldest)) = self.order.front()
            && too(self.order.len(), *at)
        {
            self.answers.remove(oldest);
            self.order.pop_front();
        }
    }
}

impl Once {
    /// What was answered so long ago, before this server was started.
    pub fn remember(&self, age: Duration, digest: Digested, answer: Response) {
        let now = Instant::now();
        if age > KNOWN {
            return;
        }
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let cell = known.of(digest, now.checked_sub(age).unwrap_or(now));
        // Who is known already stays so.
        let _ = cell.set(answer);
    }

    /// The answer to a request that came with a key: `answer` makes it, the first time. It goes on when the visitor leaves,
    /// whose second try then waits for it.
    pub async fn answer(&self, digest: Digested, answer: impl Future<Output = Response> + Send + 'static) -> Response {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner).of(digest, Instant::now());
        let answered = tokio::spawn(async move {
            let kept = async {
                let answer = answer.await;
                if is_kept(&answer) { Ok(answer) } else { Err(answer) }
            };
            known.get_or_try_init(|| kept).await.cloned().unwrap_or_else(|passed| passed)
        });
        answered.await.unwrap_or_else(|_| problem(500, "The request could not be answered: see the server's log"))
    }
}

/// Whether a second try is answered like this: not where nothing was begun, which the upstream's limit and our own 502 and
/// 503 say, and might be the next time.
fn is_kept(answer: &Response) -> bool {
    answer.is_ok() || (answer.body.len() <= LARGEST && !matches!(answer.status, 429 | 502 | 503))
}

/// What is known of a key: nobody learns the key by it.
pub fn digest(visitor: &Visitor, key: &str, request: &Request) -> Digested {
    let mut digest = Sha256::new();
    let name = match visitor {
        Visitor::Local => "",
        Visitor::Named { name, .. } => name,
    };
    let mut add = |part: &[u8]| {
        // With its length, so that no two requests are the same bytes.
        digest.update(part.len().to_le_bytes());
        digest.update(part);
    };
    for text in [name, key, request.method.name(), &request.path] {
        add(text.as_bytes());
    }
    add(&request.body);
    for (name, value) in &request.query {
        add(name.as_bytes());
        add(value.as_bytes());
    }
    digest.finalize().into()
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;
    use crate::api::Method;
    use crate::server::tokens::Scope;

    /// A world that counts what is done.
    #[derive(Clone, Default)]
    struct Done(Arc<AtomicU32>);

    impl Done {
        fn count(&self) -> usize {
            self.0.load(Ordering::Relaxed) as usize
        }

        async fn ask(&self, once: &Once, key: &str, answer: Response) -> u16 {
            let done = self.clone();
            let answer = async move {
                done.0.fetch_add(1, Ordering::Relaxed);
                answer
            };
            once.answer(digest(&Visitor::Local, key, &Request::new(Method::Post, "/")), answer).await.status
        }
    }

    #[tokio::test]
    async fn the_oldest_answers_are_forgotten_first() {
        let (once, done) = (Once::default(), Done::default());
        for key in 0..MOST {
            done.ask(&once, &key.to_string(), Response::new(202)).await;
        }
        // Full: whoever is known stays so, the oldest too.
        for known in ["0", "1"] {
            done.ask(&once, known, Response::new(202)).await;
        }
        assert_eq!(done.count(), MOST);
        done.ask(&once, "new", Response::new(202)).await;
        done.ask(&once, "1", Response::new(202)).await;
        assert_eq!(done.count(), MOST + 1);
        done.ask(&once, "0", Response::new(202)).await;
        assert_eq!(done.count(), MOST + 2);
        let known = once.0.lock().unwrap_or_else(PoisonError::into_inner);
        assert_eq!((known.answers.len(), known.order.len()), (MOST, MOST));
    }

    #[tokio::test]
    async fn a_key_belongs_to_one_visitor_and_one_request() {
        let once = Once::default();
        let post = || Request::new(Method::Post, "/a").with_body("1");
        let named = |name: &str| Visitor::Named { name: name.to_owned(), scope: Scope::Act };
        let others = [
            (Visitor::Local, Request::new(Method::Put, "/a").with_body("1")),
            (Visitor::Local, Request::new(Method::Post, "/b").with_body("1")),
            (Visitor::Local, Request::new(Method::Post, "/a").with_body("2")),
            (Visitor::Local, post().with_query("force", "true")),
            (Visitor::Local, post().with_query("force", "false")),
            (named("one"), post()),
            (named("two"), post()),
        ];
        for (status, (visitor, request)) in (202..).zip([(Visitor::Local, post())].iter().chain(&others)) {
            for again in [status, 500] {
                let answer = async move { Response::new(again) };
                assert_eq!(once.answer(digest(visitor, "key", request), answer).await.status, status, "{request:?}");
            }
        }
    }

    #[tokio::test]
    async fn what_was_answered_before_a_start_is_known_until_it_is_too_old() {
        for (age, done_again) in [(0, 0), (590, 0), (610, 1)] {
            let (once, done) = (Once::default(), Done::default());
            let key = digest(&Visitor::Local, "key", &Request::new(Method::Post, "/"));
            once.remember(Duration::from_secs(age), key, Response::new(200));
            let status = done.ask(&once, "key", Response::new(202)).await;
            assert_eq!((done.count(), status), (done_again, if done_again == 1 { 202 } else { 200 }), "{age} s");
        }
    }

    #[tokio::test]
    async fn where_nothing_was_begun_the_next_try_is_a_try() {
        let long = || Response::new(400).with_body(vec![b'x'; LARGEST + 1]);
        for passed in [Response::new(429), Response::new(502), Response::new(503), long()] {
            let (once, done) = (Once::default(), Done::default());
            let status = passed.status;
            assert_eq!(done.ask(&once, "key", passed).await, status);
            assert_eq!(done.ask(&once, "key", Response::new(202)).await, 202);
            assert_eq!(done.ask(&once, "key", Response::new(409)).await, 202);
            assert_eq!(done.count(), 2);
        }
        // Of these it is not known, or a second try is told the same.
        for kept in [Response::new(202).with_body(vec![b'x'; LARGEST + 1]), Response::new(409), Response::new(504)] {
            let (once, done) = (Once::default(), Done::default());
            let status = kept.status;
            done.ask(&once, "key", kept).await;
            assert_eq!(done.ask(&once, "key", Response::new(202)).await, status);
            assert_eq!(done.count(), 1);
        }
    }
}
