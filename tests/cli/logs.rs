//! The log of a deployment, at once and followed to the end.

use std::collections::VecDeque;
use std::sync::Mutex;

use playhead::api::Response;

use super::host::Host;
use super::thin::Thin;

/// A server on which a deployment has begun, and of which the first reads of its log are answered like this.
fn failing(answers: impl IntoIterator<Item = Response>) -> Thin {
    let answers: Mutex<VecDeque<Response>> = Mutex::new(answers.into_iter().collect());
    let thin = Thin::open(
        "1000",
        404,
        Box::new(move |request, response| match request.path.ends_with("/logs") {
            true => answers.lock().unwrap().pop_front().unwrap_or(response),
            false => response,
        }),
    );
    thin.run("environment deploy staging --latest --services checkout-api").ends_with(0);
    thin
}

/// The answer of a server that is away for so many seconds: the client does not ask it again by itself.
fn away(seconds: &str) -> Response {
    Response::new(503).with_header("Retry-After", seconds)
}

/// How often the log was read.
fn reads(thin: &Thin) -> usize {
    thin.seen(|seen| seen.iter().filter(|one| one.path.ends_with("/logs")).count())
}

const FOLLOW: &str = "environment logs staging --follow --interval 0";

#[test]
fn logs_are_followed_to_the_end_of_the_deployment() {
    let host = Host::open("shop");
    host.run("environment deploy staging --latest --services checkout-api").ends_with(0);
    let followed = host.run("environment logs staging --follow --interval 0").ends_with(0);
    let again = host.run("application logs checkout-api -e staging").ends_with(0);
    assert!(again.out.lines().count() > 3, "{again:?}");
    let list = host.run("application logs checkout-api -e staging --json").ends_with(0).json();
    assert_eq!(list.as_array().unwrap().len(), again.out.lines().count());
    for line in again.out.lines() {
        assert_eq!(followed.out.lines().filter(|other| *other == line).count(), 1, "{line}");
    }
}

#[test]
fn a_read_that_fails_while_logs_are_followed_is_tried_again_and_that_is_said_once() {
    let page = b"<!doctype html><title>Back in a minute</title>".to_vec();
    let thin = failing([away("1"), away("0"), Response::new(200).with_body(page)]);
    let followed = thin.run(FOLLOW).ends_with(0);
    assert_eq!(followed.err, "the server does not answer, it is asked again\n");
    assert!(reads(&thin) > 3);
    thin.seen(|seen| {
        let mut looks = seen.iter().filter(|one| one.path.ends_with("/logs"));
        let (first, second) = (looks.next().unwrap().at, looks.next().unwrap().at);
        assert!((second - first).as_millis() >= 1_000, "it was asked to wait");
    });
    // Nothing is missing, and nothing is there twice.
    assert_eq!(followed.out, thin.run("environment logs staging").ends_with(0).out);
}

#[test]
fn following_logs_ends_when_the_server_could_not_be_read_for_too_long() {
    let thin = failing([away("0")]);
    let ended = thin.run(&format!("{FOLLOW} --timeout 0")).ends_with(4);
    ended.tells("the log of staging could not be followed to its end");
    assert_eq!(reads(&thin), 1);
    let ended = failing([away("0")]).run(&format!("{FOLLOW} --timeout 0 --json")).ends_with(4);
    assert_eq!(ended.error().map(|(_, code)| code), Some(4), "the error, and nothing beside it: {ended:?}");
}

#[test]
fn following_logs_ends_at_once_where_asking_again_cannot_help() {
    for (status, code) in [(401, 3), (403, 3), (404, 2)] {
        let thin = failing([Response::new(status)]);
        thin.run(FOLLOW).ends_with(code);
        assert_eq!(reads(&thin), 1, "{status}");
    }
}
