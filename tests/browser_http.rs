//! The http transport against the real backend: the page's own `fetch` is led to `Backend::handle`.
#![cfg(target_arch = "wasm32")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

#[path = "kit/fetch.rs"]
mod fetch;

use std::cell::RefCell;
use std::rc::Rc;

use fetch::lead_fetch;
use js_sys::{Promise, Reflect};
use playhead::api::Response;
use playhead::api::http::SCOPE;
use playhead::backend::Backend;
use playhead::client::http::Http;
use playhead::client::{Client, Error, Item, Order};
use playhead::lifecycle::{Action, EnvironmentId, Kind, RequestId, Scope, ServiceId, Source};
use wasm_bindgen::prelude::Closure;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_browser);

/// 2026-01-05, a Monday, 12:00 UTC.
const NOW: i64 = 1_767_614_400_000;

/// A client of a backend behind `fetch`, and that backend.
fn connected() -> Client {
    let backend = RefCell::new(Backend::scenario("shop", 1, NOW));
    lead_fetch(move |request| Some(backend.borrow_mut().handle(&request, NOW)));
    client()
}

fn client() -> Client {
    Client::http(Http::new("/api/").with_timeout(20))
}

async fn project(client: &Client) -> String {
    let organizations = client.organizations().await.unwrap();
    client.projects(&organizations[0].id).await.unwrap()[0].id.clone()
}

fn order(environment: EnvironmentId, action: Action) -> Order {
    Order { environment, action, scope: Scope::Environment, items: Vec::new(), force: false }
}

#[wasm_bindgen_test]
async fn the_main_job_is_done_over_fetch() {
    let client = connected();
    let project = project(&client).await;
    let environments = client.environments(&project).await.unwrap();
    assert!(environments.len() >= 3);
    let live = client.project_live(&project, 0).await.unwrap().expect("our backend offers it");
    let idle = live.environments.iter().find(|one| one.ever_deployed && !one.cancelable).unwrap();
    let environment: EnvironmentId = idle.id.parse().unwrap();
    let services = client.services(environment).await.unwrap();
    assert_eq!(services.len(), idle.services_count);
    assert_eq!(client.statuses(environment).await.unwrap().iter().count(), services.len());

    let application = services.iter().find(|one| one.service_type == "APPLICATION").unwrap();
    let service: ServiceId = application.id.parse().unwrap();
    let commits = client.commits("application", service).await.unwrap();
    assert!(commits.len() >= 40);

    let item = Item {
        service,
        kind: Kind::Application,
        source: Source::Git,
        version: Some(commits[3].git_commit_id.as_str().into()),
    };
    let deploy =
        Order { environment, action: Action::DeployVersion, scope: Scope::Service, items: vec![item], force: false };
    let accepted = client.act(&deploy).await.unwrap();
    assert_eq!(accepted.position, Some(0), "nothing was going on, so it starts");
    let outcome = client.outcome(accepted.request.expect("our backend names it")).await.unwrap().unwrap();
    assert_eq!(outcome.items.len(), 1);
    assert_eq!(outcome.items[0].service_id, application.id);

    // A second one waits, and can be taken back once.
    let waiting = client.act(&deploy).await.unwrap();
    assert_eq!(waiting.position, Some(1));
    assert_eq!(client.queue(environment).await.unwrap().len(), 1);
    client.take_back(waiting.request.unwrap()).await.unwrap();
    assert!(client.queue(environment).await.unwrap().is_empty());
    client.act(&order(environment, Action::Cancel)).await.unwrap();
}

#[wasm_bindgen_test]
async fn a_refusal_carries_the_rules_reason() {
    let client = connected();
    let project = project(&client).await;
    let live = client.project_live(&project, 0).await.unwrap().unwrap();
    let idle = live.environments.iter().find(|one| one.ever_deployed && !one.cancelable).unwrap();
    let environment = idle.id.parse().unwrap();
    client.act(&order(environment, Action::Stop)).await.unwrap();
    let refused = client.act(&order(environment, Action::Redeploy)).await.unwrap_err();
    assert!(matches!(&refused, Error::Refused { reason } if reason.contains("in progress")), "{refused:?}");
}

#[wasm_bindgen_test]
async fn what_is_not_there_and_what_is_malformed_are_told_apart() {
    let client = connected();
    let missing = client.services(EnvironmentId(7)).await.unwrap_err();
    assert!(matches!(missing, Error::NotFound { .. }), "{missing:?}");
    let bad = client.import_world(b"{".to_vec()).await.unwrap_err();
    assert!(matches!(bad, Error::Invalid { .. }), "{bad:?}");
}

#[wasm_bindgen_test]
async fn each_failure_has_its_own_error() {
    type Expected = fn(&Error) -> bool;
    const OWN: &str = r#"{"error":"Forbidden","detail":"in its words"}"#;
    fn said(error: &Error, status: u16, detail: &str) -> bool {
        *error == Error::Unauthorized { status, detail: detail.into() }
    }
    let answers: [(u16, &str, Expected); 8] = [
        (401, "{}", |error| said(error, 401, "no reason is given")),
        (401, OWN, |error| said(error, 401, "in its words")),
        (403, OWN, |error| said(error, 403, "in its words")),
        (403, "<html>", |error| said(error, 403, "no reason is given")),
        (429, "{}", |error| *error == Error::RateLimited { reset: Some(30), action: false }),
        (502, "<html>", |error| matches!(error, Error::Server { status: 502, .. })),
        (409, r#"{"detail":"no","message":"not read"}"#, |error| *error == Error::Refused { reason: "no".into() }),
        (200, "<html>", |error| matches!(error, Error::Unreadable { path, .. } if path == "/organization")),
    ];
    for (status, body, expected) in answers {
        lead_fetch(move |_| Some(Response::new(status).with_header("X-RateLimit-Reset", "30").with_body(body)));
        let error = client().organizations().await.unwrap_err();
        assert!(expected(&error), "{status}: {error:?}");
    }
}

/// A server of ours, which says what a visitor may do, says what became of an action too.
#[wasm_bindgen_test]
async fn what_became_of_an_action_is_left_open_where_no_answer_tells() {
    const OURS: &str = r#"{"detail":"in our words"}"#;
    let answers = [
        (500, false, "{}", true),
        (503, false, OURS, true),
        (408, false, "", true),
        (405, false, "{}", false),
        (500, true, OURS, false),
        (503, true, OURS, false),
        (408, true, "", true),
        (504, true, OURS, true),
    ];
    for (status, ours, body, open) in answers {
        lead_fetch(move |_| {
            let answer = Response::new(status).with_body(body);
            Some(if ours { answer.with_header(SCOPE, "act") } else { answer })
        });
        let error = client().take_back(RequestId(1)).await.unwrap_err();
        assert_eq!(error.leaves_open(), open, "{status}, ours: {ours}: {error:?}");
        let said = error.to_string().contains("not known whether the request was accepted");
        // Our own words say it themselves.
        assert_eq!(said, open && !(ours && body == OURS), "{status}, ours: {ours}: {error}");
    }
}

#[wasm_bindgen_test]
async fn an_action_that_gets_no_answer_is_sent_once_and_said_to_be_unknown() {
    let sent = Rc::new(RefCell::new(0));
    let count = sent.clone();
    lead_fetch(move |_| {
        *count.borrow_mut() += 1;
        None
    });
    let error = client().take_back(RequestId(1)).await.unwrap_err();
    assert_eq!(error, Error::Timeout { seconds: 1, action: true });
    assert_eq!(*sent.borrow(), 1);
}

#[wasm_bindgen_test]
async fn a_read_is_tried_again_and_heals() {
    let tries = Rc::new(RefCell::new(0));
    let count = tries.clone();
    lead_fetch(move |_| {
        *count.borrow_mut() += 1;
        let healed = *count.borrow() > 2;
        Some(if healed { Response::new(200).with_body(r#"{"results":[]}"#) } else { Response::new(503) })
    });
    assert_eq!(client().organizations().await, Ok(Vec::new()));
    assert_eq!(*tries.borrow(), 3);
}

#[wasm_bindgen_test]
async fn a_request_that_does_not_get_through_is_offline() {
    let fetch =
        Closure::<dyn Fn(JsValue) -> Promise>::new(|_| Promise::reject(&js_sys::Error::new("no network").into()));
    Reflect::set(&js_sys::global(), &"fetch".into(), fetch.as_ref().unchecked_ref()).unwrap();
    fetch.forget();
    assert_eq!(client().organizations().await, Err(Error::Offline));
}
