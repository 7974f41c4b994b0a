//! The wire contract, through the backend's one function: what each call answers, what it refuses, and that a refused or
//! malformed request has changed nothing.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use std::collections::HashMap;

use playhead::api::http::{ACTOR, ORIGIN, POSITION, REQUEST};
use playhead::api::{Endpoint, Method, Request, Response};
use playhead::backend::Backend;
use playhead::simulator::settings::HISTORY;
use serde_json::{Value, json};

const NOW: i64 = 1_790_000_000_000;

/// An open scenario, with ids by name.
struct Open {
    backend: Backend,
    now: i64,
    organization: String,
    project: String,
    environments: HashMap<String, String>,
    /// By `environment/service`: the whole service.
    services: HashMap<String, Value>,
}

fn json_of(response: &Response) -> Value {
    serde_json::from_slice(&response.body).unwrap_or(Value::Null)
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("{value} is no text")).to_owned()
}

impl Open {
    fn new(scenario: &str) -> Open {
        let mut open = Open {
            backend: Backend::scenario(scenario, 1, NOW),
            now: NOW,
            organization: String::new(),
            project: String::new(),
            environments: HashMap::new(),
            services: HashMap::new(),
        };
        open.organization = text(&open.read(&Endpoint::Organizations.request(&[]))["results"][0]["id"]);
        let organization = open.organization.clone();
        open.project = text(&open.read(&Endpoint::Projects.request(&[&organization]))["results"][0]["id"]);
        let project = open.project.clone();
        let environments = open.read(&Endpoint::Environments.request(&[&project]));
        for environment in environments["results"].as_array().expect("a list") {
            let (id, name) = (text(&environment["id"]), text(&environment["name"]));
            let services = open.read(&Endpoint::Services.request(&[&id]));
            for service in services["results"].as_array().expect("a list") {
                open.services.insert(format!("{name}/{}", text(&service["name"])), service.clone());
            }
            open.environments.insert(name, id);
        }
        open
    }

    fn send(&mut self, request: &Request) -> Response {
        self.backend.handle(request, self.now)
    }

    fn read(&mut self, request: &Request) -> Value {
        let response = self.send(request);
        assert_eq!(response.status, 200, "{}: {}", request.path, json_of(&response));
        json_of(&response)
    }

    fn environment(&self, name: &str) -> &str {
        self.environments.get(name).unwrap_or_else(|| panic!("there is no environment {name}"))
    }

    fn service(&self, name: &str) -> &Value {
        self.services.get(name).unwrap_or_else(|| panic!("there is no service {name}"))
    }

    fn id(&self, name: &str) -> String {
        text(&self.service(name)["id"])
    }

    /// A call about a service: its word and id are filled in.
    fn on(&self, endpoint: Endpoint, name: &str) -> Request {
        let word = text(&self.service(name)["service_type"]).to_ascii_lowercase();
        endpoint.request(&[&word, &self.id(name)])
    }

    fn export(&mut self) -> Vec<u8> {
        self.send(&Endpoint::ExportWorld.request(&[])).body
    }

    fn outcome(&mut self, response: &Response) -> Value {
        let id = response.header(REQUEST).expect("an accepted request has an id").to_owned();
        self.read(&Endpoint::Outcome.request(&[&id]))
    }

    fn state(&mut self, service: &str) -> String {
        let request = self.on(Endpoint::ServiceStatus, service);
        text(&self.read(&request)["state"])
    }

    /// Accepted with this status; returns what became of it.
    fn accepted(&mut self, request: &Request, status: u16) -> Value {
        let response = self.send(request);
        assert_eq!(response.status, status, "{} {}: {}", request.method, request.path, json_of(&response));
        self.outcome(&response)
    }

    /// Refused with this status and words that hold `says`; nothing has changed.
    fn refused(&mut self, request: &Request, status: u16, says: &str) {
        let before = self.export();
        let response = self.send(request);
        let body = json_of(&response);
        let words = body["detail"].as_str().unwrap_or_default();
        let what = format!("{} {} {:?}", request.method, request.path, String::from_utf8_lossy(&request.body));
        assert_eq!(response.status, status, "{what}: {body}");
        assert!(words.contains(says), "{what}: {words:?} does not say {says:?}");
        assert_eq!((&body["message"], &body["status"]), (&body["detail"], &json!(status)), "{what}");
        assert!(before == self.export(), "{what} changed the world");
    }
}

#[test]
fn every_reading_call_has_the_fields_that_official_clients_require() {
    let mut open = Open::new("shop");
    open.now += 1_000;
    let (o, p, e) = (open.organization.clone(), open.project.clone(), open.environment("production").to_owned());
    let deploy = Endpoint::RedeployEnvironment.request(&[&e]);
    open.accepted(&deploy, 202);
    let version = open.on(Endpoint::DeployService, "production/storefront");
    let commits = open.on(Endpoint::Commits, "production/storefront");
    let newest = open.read(&commits)["results"][0]["git_commit_id"].clone();
    open.accepted(&version.with_body(json!({ "git_commit_id": newest }).to_string()), 202);
    open.now += 30_000;
    let waiting = open.on(Endpoint::RestartService, "production/mail-relay");
    open.accepted(&waiting, 202);
    let image = open.service("production/mail-relay").clone();
    let chart = open.service("production/search")["source"]["repository"].clone();
    let list = "results/0/";
    let check = |open: &mut Open, request: Request, prefix: &str, fields: &[&str]| {
        let body = open.read(&request);
        for field in fields {
            let pointer = format!("/{prefix}{field}");
            assert!(body.pointer(&pointer).is_some(), "{}: {pointer} is missing", request.path);
        }
    };
    check(&mut open, Endpoint::Organizations.request(&[]), list, &["id", "created_at", "name", "plan"]);
    let fields = ["id", "created_at", "name", "organization/id", "associated_environments_count"];
    check(&mut open, Endpoint::Projects.request(&[&o]), list, &fields);
    let fields =
        ["id", "created_at", "name", "organization/id", "project/id", "cloud_provider/provider", "mode", "cluster_id"];
    check(&mut open, Endpoint::Environments.request(&[&p]), list, &fields);
    check(&mut open, Endpoint::Environment.request(&[&e]), "", &fields);
    let fields =
        ["id", "created_at", "updated_at", "mode", "cluster/cloud_provider", "services_overview/service_count"];
    check(&mut open, Endpoint::EnvironmentsOverview.request(&[&p]), list, &fields);
    let fields = ["id", "state", "last_deployment_state", "origin", "triggered_by", "deployment_status"];
    check(&mut open, Endpoint::EnvironmentsStatus.request(&[&p]), list, &fields);
    check(&mut open, Endpoint::EnvironmentStatus.request(&[&e]), "", &fields);
    check(&mut open, Endpoint::Statuses.request(&[&e]), "environment/", &fields);
    check(&mut open, Endpoint::StatusesWithStages.request(&[&e]), "environment/", &fields);
    let fields = [
        "id",
        "state",
        "service_deployment_status",
        "is_part_last_deployment",
        "status_details/action",
        "status_details/status",
        "status_details/sub_action",
        "deployment_request_id",
        "deployment_requests_count",
    ];
    for lists in ["applications/0/", "containers/0/", "jobs/0/", "databases/0/", "helms/0/"] {
        check(&mut open, Endpoint::Statuses.request(&[&e]), lists, &fields);
    }
    check(&mut open, Endpoint::Statuses.request(&[&e]), "", &["terraforms"]);
    check(&mut open, Endpoint::StatusesWithStages.request(&[&e]), "stages/3/applications/0/", &fields);
    check(&mut open, Endpoint::StatusesWithStages.request(&[&e]), "stages/0/stage/", &["id", "name", "description"]);
    let service = open.on(Endpoint::ServiceStatus, "production/storefront");
    check(&mut open, service, "", &fields);
    check(
        &mut open,
        Endpoint::Stages.request(&[&e]),
        list,
        &["id", "created_at", "environment/id", "name", "services/0/service_id"],
    );
    let fields = ["git_commit_id", "created_at", "tag", "message", "author_name"];
    check(&mut open, commits, list, &fields);
    let images = Endpoint::Images.request(&[&o, &text(&image["registry"]["id"])]);
    check(&mut open, images.with_query("imageName", text(&image["image_name"])), list, &["image_name", "versions/59"]);
    let charts = Endpoint::Charts.request(&[&o, &text(&chart["repository"]["id"])]);
    check(&mut open, charts.with_query("chartName", text(&chart["chart_name"])), list, &["chart_name", "versions/20"]);
    let fields = [
        "identifier/execution_id",
        "identifier/environment_id",
        "auditing_data/created_at",
        "auditing_data/updated_at",
        "auditing_data/triggered_by",
        "status",
        "trigger_action",
        "action_status",
        "total_duration",
        "stages/0/name",
        "stages/0/status",
        "stages/0/duration",
        "stages/3/services/0/identifier/service_type",
        "stages/3/services/0/status_details/action",
        "stages/3/services/0/icon_uri",
        "stages/3/services/0/details",
    ];
    let history = Endpoint::History.request(&[&e]).with_query("pageSize", "2");
    check(&mut open, history.clone(), list, &fields);
    check(&mut open, history.clone(), "", &["page", "page_size"]);
    assert_eq!(open.read(&history)["results"].as_array().map(Vec::len), Some(2));
    let fields = [
        "identifier/deployment_request_id",
        "identifier/environment_id",
        "auditing_data/triggered_by",
        "trigger_action",
        "stages/0/services/0/identifier/service_id",
    ];
    check(&mut open, Endpoint::Queue.request(&[&e]), list, &fields);
    let run = text(&open.read(&history)["results"][0]["identifier"]["execution_id"]);
    let fields = ["type", "timestamp", "details/transmitter/name", "details/stage/step", "message/safe_message"];
    check(&mut open, Endpoint::Logs.request(&[&e]).with_query("version", run), "0/", &fields);
}

#[test]
fn what_failed_is_an_error_in_the_log() {
    let mut open = Open::new("shop");
    let faults = json!({ "build_fails": ["*"] }).to_string();
    assert_eq!(open.send(&Endpoint::SetFaults.request(&[]).with_body(faults)).status, 200);
    let e = open.environment("staging").to_owned();
    let newest = open.read(&open.on(Endpoint::Commits, "staging/checkout-api"))["results"][0]["git_commit_id"].clone();
    let body = json!({ "git_commit_id": newest }).to_string();
    open.accepted(&open.on(Endpoint::DeployService, "staging/checkout-api").with_body(body), 202);
    open.now += 3_600_000;
    let logs = open.read(&Endpoint::Logs.request(&[&e]));
    let lines = logs.as_array().expect("lines");
    let errors: Vec<&Value> = lines.iter().filter(|line| line["type"] == "ERROR").collect();
    assert!(
        errors.iter().any(|line| text(&line["error"]["user_log_message"]).contains("exited with code 1")),
        "{logs}"
    );
    assert!(errors.iter().all(|line| line["message"].is_null()), "an error has its text in one place: {logs}");
    assert!(lines.iter().any(|line| line["type"] == "INFO" && line["error"].is_null()));
}

#[test]
fn every_kind_has_the_fields_that_official_clients_require() {
    let open = Open::new("shop");
    let common = ["id", "created_at", "environment/id", "name", "service_type", "icon_uri"];
    let check = |name: &str, fields: &[&str]| {
        let service = open.service(&format!("production/{name}"));
        for field in common.iter().chain(fields) {
            assert!(service.pointer(&format!("/{field}")).is_some(), "{name}: {field} is missing in {service}");
        }
    };
    check(
        "storefront",
        &["healthchecks", "git_repository/url", "git_repository/branch", "cpu", "max_running_instances"],
    );
    let container = ["image_name", "tag", "registry/kind", "maximum_cpu", "maximum_gpu", "gpu", "auto_preview"];
    check("mail-relay", &container);
    check("orders-db", &["type", "version", "mode", "instance_type"]);
    check("catalog-db", &["type", "version", "mode", "cpu", "memory"]);
    let job = ["job_type", "source/docker/git_repository/url", "healthchecks", "maximum_memory", "gpu", "auto_preview"];
    check("migrate-orders", &[&job[..], &["schedule/on_start"]].concat());
    check("nightly-report", &[&job[..], &["schedule/cronjob/scheduled_at", "schedule/cronjob/timezone"]].concat());
    check("expire-carts", &["source/image/tag", "source/image/registry/id"]);
    let helm = ["source/repository/chart_version", "values_override", "arguments", "allow_cluster_wide_resources"];
    check("search", &helm);
}

#[test]
fn a_call_means_the_action_that_the_law_says() {
    /// Sends it to a fresh `shop` (or `trouble`), and reads which action in which scope it became.
    fn check(scenario: &str, request: impl Fn(&mut Open) -> (Request, u16), action: &str, scope: &str) {
        let mut open = Open::new(scenario);
        let (request, status) = request(&mut open);
        let response = open.send(&request);
        assert_eq!(response.status, status, "{}: {}", request.path, json_of(&response));
        let outcome = open.outcome(&response);
        assert_eq!(outcome["action"], action, "{}", request.path);
        let file = json_of(&open.send(&Endpoint::ExportWorld.request(&[])));
        let records = file["x"]["environments"].as_object().expect("an object").values();
        let records = records.flat_map(|environment| {
            let history = environment["history"].as_array().into_iter().flatten();
            history
                .chain(environment["queue"].as_array().into_iter().flatten())
                .chain([&environment["running"]["record"]])
        });
        let record = records.into_iter().find(|record| record["id"] == outcome["id"]).expect("it is recorded");
        assert_eq!(record["scope"], scope, "{}", request.path);
    }
    let environment = |endpoint: Endpoint, name: &'static str| {
        move |open: &mut Open| (endpoint.request(&[open.environment(name)]), 202)
    };
    check("trouble", environment(Endpoint::DeployEnvironment, "fresh"), "DEPLOY", "ENVIRONMENT");
    check("shop", environment(Endpoint::DeployEnvironment, "production"), "REDEPLOY", "ENVIRONMENT");
    check("shop", environment(Endpoint::RedeployEnvironment, "production"), "REDEPLOY", "ENVIRONMENT");
    check("shop", environment(Endpoint::StopEnvironment, "production"), "STOP", "ENVIRONMENT");
    let service = |endpoint: Endpoint, name: &'static str| move |open: &mut Open| (open.on(endpoint, name), 202);
    check("shop", service(Endpoint::DeployService, "development/admin-panel"), "DEPLOY", "SERVICE");
    check("shop", service(Endpoint::DeployService, "production/storefront"), "REDEPLOY", "SERVICE");
    check("shop", service(Endpoint::RedeployService, "production/catalog-db"), "REDEPLOY", "SERVICE");
    check("shop", service(Endpoint::StopService, "production/search"), "STOP", "SERVICE");
    check("shop", service(Endpoint::RestartService, "production/mail-relay"), "RESTART", "SERVICE");

    let commit = |open: &mut Open, name: &str, place: usize| {
        let commits = open.on(Endpoint::Commits, name);
        open.read(&commits)["results"][place]["git_commit_id"].clone()
    };
    let versioned = |endpoint: Endpoint, name: &'static str| {
        move |open: &mut Open| {
            let newest = commit(open, name, 0);
            (open.on(endpoint, name).with_body(json!({ "git_commit_id": newest }).to_string()), 202)
        }
    };
    check("shop", versioned(Endpoint::DeployService, "production/storefront"), "DEPLOY_VERSION", "SERVICE");
    check("shop", versioned(Endpoint::DeployService, "production/nightly-report"), "DEPLOY_VERSION", "SERVICE");

    let subset = |body: fn(&mut Open) -> Value| {
        move |open: &mut Open| {
            let body = body(open).to_string();
            (Endpoint::DeploySubset.request(&[open.environment("production")]).with_body(body), 202)
        }
    };
    fn application_of(open: &mut Open, name: &str, place: Option<usize>) -> Value {
        let commits = open.on(Endpoint::Commits, name);
        let commits = open.read(&commits);
        let commit = place.map(|place| commits["results"][place]["git_commit_id"].clone());
        json!({ "application_id": open.id(name), "git_commit_id": commit })
    }
    let all_newest = subset(|open| {
        json!({ "applications": [application_of(open, "production/storefront", Some(0)),
                                 application_of(open, "production/payments", Some(0))] })
    });
    check("shop", all_newest, "DEPLOY_LATEST", "ENVIRONMENT");
    let one_older = subset(|open| json!({ "applications": [application_of(open, "production/storefront", Some(9))] }));
    check("shop", one_older, "DEPLOY_VERSION", "SERVICE");
    let mixed = subset(|open| {
        json!({ "applications": [application_of(open, "production/storefront", Some(9)),
                                 application_of(open, "production/payments", None)],
                "databases": [open.id("production/catalog-db")] })
    });
    check("shop", mixed, "DEPLOY", "SUBSET");
    let stop = |open: &mut Open| {
        let body = json!({ "application_ids": [open.id("production/storefront")],
                           "job_ids": [open.id("production/expire-carts")] });
        (Endpoint::StopSubset.request(&[open.environment("production")]).with_body(body.to_string()), 200)
    };
    check("shop", stop, "STOP", "SUBSET");
    let restart = |open: &mut Open| {
        let body = json!({ "container_ids": [open.id("production/mail-relay")] });
        (Endpoint::RestartSubset.request(&[open.environment("production")]).with_body(body.to_string()), 202)
    };
    check("shop", restart, "RESTART", "SUBSET");
}

#[test]
fn what_the_law_refuses_is_409_with_its_reason_and_changes_nothing() {
    let mut shop = Open::new("shop");
    let mut check = |request: Request, says: &str| shop.refused(&request, 409, says);
    let open = Open::new("shop");
    let production = open.environment("production");
    let cancel = Endpoint::CancelEnvironment.request(&[production]);
    check(cancel.clone(), "No deployment is queued, building or deploying");
    check(cancel.with_body(r#"{"force_cancel":true}"#), "No deployment is queued");
    check(open.on(Endpoint::RedeployService, "development/admin-panel"), "never deployed");
    check(open.on(Endpoint::StopService, "development/price-feed"), "Nothing runs");
    check(open.on(Endpoint::RestartService, "development/price-feed"), "Nothing runs");
    check(open.on(Endpoint::RestartService, "production/orders-db"), "managed database runs at the cloud provider");
    check(open.on(Endpoint::StopService, "production/sessions"), "Redis cannot be paused");
    let body = json!({ "git_commit_id": "c" }).to_string();
    check(open.on(Endpoint::DeployService, "production/orders-db").with_body(body), "no versions to pick from");
    let two = json!({ "application_ids": [open.id("production/storefront"), open.id("production/payments")] });
    let restart = Endpoint::RestartSubset.request(&[production]).with_body(two.to_string());
    check(restart, "Restart is for a single service");
    let none = json!({ "database_ids": [open.id("production/sessions")], "container_ids": [] });
    check(Endpoint::StopSubset.request(&[production]).with_body(none.to_string()), "Redis cannot be paused");

    let mut trouble = Open::new("trouble");
    let mut check = |request: Request, says: &str| trouble.refused(&request, 409, says);
    let open = Open::new("trouble");
    check(open.on(Endpoint::StopService, "busy/database"), "can be paused on AWS only");
    check(open.on(Endpoint::RedeployService, "broken/not-getting-ready"), "in progress");
    check(Endpoint::StopEnvironment.request(&[open.environment("broken")]), "The environment is in progress");
    check(Endpoint::RedeployEnvironment.request(&[open.environment("fresh")]), "No service of this environment");
    check(Endpoint::StopEnvironment.request(&[open.environment("sandbox")]), "has no services");
    check(open.on(Endpoint::RestartService, "broken/build-error"), "not from Build error");
}

#[test]
fn a_malformed_body_is_400_and_names_the_field() {
    let mut shop = Open::new("shop");
    let open = Open::new("shop");
    let production = open.environment("production");
    let (storefront, relay) = (open.id("production/storefront"), open.id("production/mail-relay"));
    let mut check = |endpoint: Endpoint, body: &str, says: &str| {
        shop.refused(&endpoint.request(&[production]).with_body(body), 400, says);
    };
    check(Endpoint::CancelEnvironment, r#"{"force_cancel": "yes"}"#, "force_cancel: true or false is expected");
    check(Endpoint::CancelEnvironment, "[]", "document: an object is expected, not a list");
    check(Endpoint::CancelEnvironment, "{", "line 1, column 1: the text ends in the middle");
    check(Endpoint::DeploySubset, "", "document: an object is expected, not nothing");
    check(Endpoint::DeploySubset, "{}", "at least one service");
    check(Endpoint::DeploySubset, r#"{"applications": 5}"#, "applications: a list is expected, not a number");
    check(Endpoint::DeploySubset, r#"{"applications": [{"id": "x"}]}"#, "applications[0].application_id: a text");
    let list = format!(r#"{{"applications": [{{"application_id": "{storefront}"}}, {{"application_id": "no"}}]}}"#);
    check(Endpoint::DeploySubset, &list, "applications[1].application_id: \"no\" is not a UUID");
    let twice = json!({ "databases": [open.id("production/catalog-db"), open.id("production/catalog-db")] });
    check(Endpoint::DeploySubset, &twice.to_string(), "databases[1]: catalog-db is named twice");
    let unknown = json!({ "containers": [{ "id": relay, "image_tag": "no-such-tag" }] });
    check(Endpoint::DeploySubset, &unknown.to_string(), "containers[0].image_tag: mail-relay has no version");
    let other = json!({ "containers": [{ "id": relay, "git_commit_id": "abc" }] });
    check(
        Endpoint::DeploySubset,
        &other.to_string(),
        "containers[0].git_commit_id: mail-relay is deployed by image_tag",
    );
    check(Endpoint::StopSubset, r#"{"job_ids": [5]}"#, "job_ids[0]: a text is expected, not a number");

    let mut check = |request: Request, body: &Value, says: &str| {
        shop.refused(&request.with_body(body.to_string()), 400, says);
    };
    let deploy = open.on(Endpoint::DeployService, "production/storefront");
    check(deploy.clone(), &json!({ "git_commit_id": "0000" }), "git_commit_id: storefront has no version");
    check(deploy.clone(), &json!({ "git_commit_id": 7 }), "git_commit_id: a text is expected");
    check(deploy.clone(), &json!({ "image_tag": "1.2" }), "image_tag: storefront is deployed by git_commit_id");
    let helm = open.on(Endpoint::DeployService, "production/search");
    check(helm, &json!({ "chart_version": "" }), "chart_version: search has no version");

    let configure = open.on(Endpoint::Configure, "production/storefront");
    let edited = |field: &str, value: Value| {
        let mut whole = open.service("production/storefront").clone();
        whole[field] = value;
        whole
    };
    check(configure.clone(), &json!([]), "document: an object is expected");
    check(configure.clone(), &json!({ "cpu": 250 }), "healthchecks: it is missing");
    check(configure.clone(), &edited("cpu", json!("a lot")), "cpu: a whole number is expected, not a text");
    check(configure.clone(), &edited("cpu", json!(0)), "cpu: a number from 10");
    check(configure.clone(), &edited("memory", json!(0.5)), "memory: a whole number from 0");
    check(
        configure.clone(),
        &edited("max_running_instances", json!(100_000)),
        "max_running_instances: a number from 1 to",
    );
    check(configure, &edited("min_running_instances", json!(50)), "min_running_instances: it must not be greater");
    let configure = open.on(Endpoint::Configure, "production/mail-relay");
    check(configure.clone(), &json!({ "healthchecks": {} }), "name: it is missing");
    let mut whole = open.service("production/mail-relay").clone();
    whole["tag"] = json!("no-such-tag");
    check(configure, &whole, "tag: mail-relay has no version");

    check(Endpoint::SetFaults.request(&[]), &json!({ "build_fails": "*" }), "build_fails: a list is expected");
    check(Endpoint::SetFaults.request(&[]), &json!({ "build_fails": ["api"] }), "build_fails[0]");
    check(Endpoint::SetFaults.request(&[]), &json!({ "rain": ["*"] }), "rain: there is no such fault");
    check(Endpoint::Reset.request(&[]), &json!({ "name": "moon" }), "name: one of shop, trouble, large, empty");
}

#[test]
fn what_is_not_there_is_404_and_a_wrong_method_405() {
    let mut shop = Open::new("shop");
    let open = Open::new("shop");
    let nobody = "00000000-0000-4000-8000-000000000000";
    let production = open.environment("production");
    let mut check = |request: Request, status: u16, says: &str| shop.refused(&request, status, says);
    check(Request::new(Method::Get, "/"), 404, "nothing at this path");
    check(Request::new(Method::Get, "/organisation"), 404, "nothing at this path");
    check(Request::new(Method::Post, format!("/job/{nobody}/restart-service")), 404, "nothing at this path");
    check(Request::new(Method::Delete, "/x/world"), 405, "GET and PUT only");
    check(Request::new(Method::Get, format!("/environment/{production}/deploy")), 405, "POST only");
    check(Endpoint::Projects.request(&[nobody]), 404, "no organization");
    check(Endpoint::Environments.request(&[nobody]), 404, "no project");
    check(Endpoint::ProjectLive.request(&[nobody]), 404, "no project");
    for endpoint in [Endpoint::Statuses, Endpoint::EnvironmentLive, Endpoint::StopEnvironment, Endpoint::DeploySubset] {
        check(endpoint.request(&[nobody]), 404, "no environment");
        check(endpoint.request(&["production"]), 404, "no environment production");
    }
    let storefront = open.id("production/storefront");
    check(Endpoint::StopService.request(&["application", nobody]), 404, "no service");
    check(Endpoint::StopService.request(&["container", &storefront]), 404, "(container)");
    check(open.on(Endpoint::Commits, "production/mail-relay"), 404, "no git repository");
    check(Endpoint::Logs.request(&[production]).with_query("version", nobody), 404, "no deployment");
    check(Endpoint::Outcome.request(&[nobody]), 404, "no request");
    check(Endpoint::TakeBack.request(&[nobody]), 404, "no request");
    check(Endpoint::Images.request(&[&open.organization, nobody]), 404, "no registry");
    let elsewhere = json!({ "application_ids": [open.id("staging/storefront")] });
    check(Endpoint::StopSubset.request(&[production]).with_body(elsewhere.to_string()), 404, "application_ids[0]");
    let wrong_list = json!({ "container_ids": [storefront] });
    check(Endpoint::StopSubset.request(&[production]).with_body(wrong_list.to_string()), 404, "container_ids[0]");
}

#[test]
fn who_asked_and_from_where_is_recorded_and_only_the_contracts_origins_are_on_its_paths() {
    let mut open = Open::new("shop");
    let production = open.environment("production").to_owned();
    let check = |open: &mut Open, origin: Option<&str>, on_contract: &str, on_ours: &str| {
        open.now += 3_600_000;
        let mut request = open.on(Endpoint::RestartService, "production/mail-relay").with_header(ACTOR, "Ada Example");
        if let Some(origin) = origin {
            request = request.with_header(ORIGIN, origin);
        }
        open.accepted(&request, 202);
        let history = open.read(&Endpoint::History.request(&[&production]))["results"][0].clone();
        assert_eq!(history["auditing_data"]["triggered_by"], "Ada Example");
        assert_eq!(history["auditing_data"]["origin"], on_contract);
        assert_eq!(history["trigger_action"], "RESTART");
        let in_full = open.read(&Endpoint::Deployments.request(&[&production]))["results"][0].clone();
        assert_eq!(in_full["auditing_data"]["origin"], on_ours);
        assert_eq!(in_full["identifier"], history["identifier"]);
        let live = open.read(&Endpoint::EnvironmentLive.request(&[&production]));
        assert_eq!(live["environment"]["last_operation"]["origin"], on_ours);
    };
    check(&mut open, None, "CONSOLE", "CONSOLE");
    check(&mut open, Some("CLI"), "CLI", "CLI");
    check(&mut open, Some("CI_CD"), "API", "CI_CD");
    check(&mut open, Some("GIT"), "GIT", "GIT");
    check(&mut open, Some("CARRIER_PIGEON"), "API", "CARRIER_PIGEON");
}

#[test]
fn every_verb_is_told_under_x_and_the_contracts_on_its_path() {
    let mut open = Open::new("shop");
    let production = open.environment("production").to_owned();
    let mut check = |request: Request, on_contract: &str, on_ours: &str| {
        open.now += 3_600_000;
        open.accepted(&request, 202);
        for (endpoint, verb) in [(Endpoint::History, on_contract), (Endpoint::Deployments, on_ours)] {
            let newest = open.read(&endpoint.request(&[&production]))["results"][0].clone();
            assert_eq!(newest["trigger_action"], verb);
            let service =
                &newest["stages"].as_array().expect("stages").iter().find_map(|stage| stage["services"].get(0));
            assert_eq!(service.expect("a service")["status_details"]["action"], verb);
        }
    };
    check(Endpoint::RedeployEnvironment.request(&[&production]), "DEPLOY", "REDEPLOY");
    check(Endpoint::StopEnvironment.request(&[&production]), "STOP", "STOP");
}

#[test]
fn what_a_canceled_deployment_never_reached_is_canceled_in_its_history_and_took_no_time() {
    let mut open = Open::new("shop");
    let staging = open.environment("staging").to_owned();
    open.accepted(&Endpoint::RedeployEnvironment.request(&[&staging]), 202);
    open.now += 1_000;
    open.accepted(&Endpoint::CancelEnvironment.request(&[&staging]), 202);
    open.now += 3_600_000;
    let newest = open.read(&Endpoint::History.request(&[&staging]))["results"][0].clone();
    assert_eq!(newest["status"], "CANCELED");
    let services = newest["stages"]
        .as_array()
        .expect("stages")
        .iter()
        .flat_map(|stage| stage["services"].as_array().expect("services").iter());
    let application =
        services.clone().find(|service| service["identifier"]["name"] == "checkout-api").expect("it is told");
    assert_eq!((&application["status"], &application["total_duration"]), (&json!("CANCELED"), &json!("PT0S")));
    assert_eq!(application["auditing_data"]["created_at"], application["auditing_data"]["updated_at"]);
}

#[test]
fn what_failed_is_told_with_the_deployment_that_failed_and_not_with_a_later_one_that_never_reached_it() {
    let mut open = Open::new("shop");
    let staging = open.environment("staging").to_owned();
    let told = |open: &mut Open| {
        let live = open.read(&Endpoint::EnvironmentLive.request(&[&staging]));
        let id = open.services["staging/notifications"]["id"].clone();
        let mut services = live["services"].as_array().expect("a list").iter();
        services.find(|service| service["id"] == id).expect("it is told").clone()
    };
    let before = told(&mut open);
    assert_eq!(
        (&before["state"], &before["failed_in"]),
        (&json!("BUILD_ERROR"), &before["last_operation"]["deployment"])
    );
    open.accepted(&Endpoint::RedeployEnvironment.request(&[&staging]), 202);
    open.now += 1_000;
    open.accepted(&Endpoint::CancelEnvironment.request(&[&staging]), 202);
    open.now += 3_600_000;
    let after = told(&mut open);
    assert_eq!((&after["state"], &after["failed_in"]), (&before["state"], &before["failed_in"]));
    assert_ne!(after["last_operation"]["deployment"], before["last_operation"]["deployment"]);
}

#[test]
fn a_request_waits_its_turn_is_seen_in_the_queue_and_can_be_taken_back() {
    let mut open = Open::new("shop");
    let production = open.environment("production").to_owned();
    let first = open.send(&Endpoint::RedeployEnvironment.request(&[&production]));
    assert_eq!((first.status, first.header(POSITION)), (202, Some("0")));
    let commits = open.on(Endpoint::Commits, "production/payments");
    let commit = open.read(&commits)["results"][5]["git_commit_id"].clone();
    let version = open.on(Endpoint::DeployService, "production/payments");
    let version = version.with_body(json!({ "git_commit_id": commit }).to_string());
    let second = open.send(&version);
    assert_eq!((second.status, second.header(POSITION)), (202, Some("1")));
    let waiting = open.outcome(&second);
    assert_eq!((&waiting["state"], &waiting["position"]), (&json!("WAITING"), &json!(1)));
    let id = second.header(REQUEST).expect("an id").to_owned();
    let queue = open.read(&Endpoint::Queue.request(&[&production]));
    assert_eq!(queue["results"][0]["identifier"]["deployment_request_id"], id.as_str());
    let live = open.read(&Endpoint::EnvironmentLive.request(&[&production]));
    assert_eq!((&live["queue"][0]["id"], &live["queue"][0]["action"]), (&json!(id), &json!("DEPLOY_VERSION")));
    let take_back = Endpoint::TakeBack.request(&[&id]).with_body("{}");
    assert_eq!(open.send(&take_back).status, 202);
    assert_eq!(open.read(&Endpoint::Queue.request(&[&production]))["results"], json!([]));
    let outcome = open.read(&Endpoint::Outcome.request(&[&id]));
    assert_eq!((&outcome["state"], &outcome["items"][0]["outcome"]), (&json!("ENDED"), &json!("CANCELED")));
    open.refused(&take_back, 409, "does not wait");
}

#[test]
fn each_service_of_a_wide_request_has_its_outcome_with_the_reason_of_those_left_out() {
    let mut open = Open::new("shop");
    let production = open.environment("production").to_owned();
    let stop = open.send(&Endpoint::StopEnvironment.request(&[&production]));
    let item = |outcome: &Value, name: &str| {
        let items = outcome["items"].as_array().expect("a list");
        items.iter().find(|item| item["name"] == name).cloned().unwrap_or_else(|| panic!("{name} is in {outcome}"))
    };
    let outcome = open.outcome(&stop);
    assert_eq!(item(&outcome, "storefront")["outcome"], "ACCEPTED");
    assert_eq!(item(&outcome, "sessions")["outcome"], "SKIPPED");
    assert!(text(&item(&outcome, "sessions")["reason"]).contains("Redis cannot be paused"));
    open.now += 1_200_000;
    let outcome = open.outcome(&stop);
    assert_eq!(outcome["state"], "ENDED");
    assert_eq!(item(&outcome, "storefront")["outcome"], "DONE");
    assert_eq!(open.state("production/storefront"), "STOPPED");
    assert_eq!(open.state("production/sessions"), "DEPLOYED");
}

#[test]
fn writing_the_configuration_makes_drift_and_redeploying_applies_it() {
    let mut open = Open::new("shop");
    let configure = open.on(Endpoint::Configure, "production/storefront");
    let mut whole = open.service("production/storefront").clone();
    whole["cpu"] = json!(1_500);
    whole["max_running_instances"] = json!(9);
    let answer = open.send(&configure.with_body(whole.to_string()));
    assert_eq!(answer.status, 200, "{}", json_of(&answer));
    assert_eq!(json_of(&answer)["cpu"], 1_500);
    let status = open.on(Endpoint::ServiceStatus, "production/storefront");
    let sync = |open: &mut Open| text(&open.read(&status)["service_deployment_status"]);
    assert_eq!(sync(&mut open), "OUT_OF_DATE");
    let redeploy = open.on(Endpoint::RedeployService, "production/storefront");
    open.accepted(&redeploy, 202);
    open.now += 1_200_000;
    assert_eq!((sync(&mut open), open.state("production/storefront")), ("UP_TO_DATE".into(), "DEPLOYED".into()));

    let configure = open.on(Endpoint::Configure, "production/mail-relay");
    let mut whole = open.service("production/mail-relay").clone();
    let images = Endpoint::Images.request(&[&open.organization, &text(&whole["registry"]["id"])]);
    let images = open.read(&images.with_query("imageName", text(&whole["image_name"])));
    whole["tag"] = images["results"][0]["versions"][0].clone();
    whole["registry_id"] = whole["registry"]["id"].clone();
    assert_eq!(open.send(&configure.with_body(whole.to_string())).status, 200);
    let status = open.on(Endpoint::ServiceStatus, "production/mail-relay");
    assert_eq!(open.read(&status)["service_deployment_status"], "OUT_OF_DATE");
}

#[test]
fn a_fault_that_is_asked_for_hits_whom_it_names() {
    let mut open = Open::new("shop");
    let payments = open.id("production/payments");
    let faults = json!({ "build_fails": [payments], "no_capacity": [] });
    let answer = open.send(&Endpoint::SetFaults.request(&[]).with_body(faults.to_string()));
    assert_eq!((answer.status, &json_of(&answer)["build_fails"]), (200, &json!([payments])));
    assert_eq!(open.read(&Endpoint::Faults.request(&[]))["build_fails"], json!([payments]));
    for name in ["production/payments", "production/storefront"] {
        let commits = open.on(Endpoint::Commits, name);
        let newest = open.read(&commits)["results"][0]["git_commit_id"].clone();
        let deploy = open.on(Endpoint::DeployService, name).with_body(json!({ "git_commit_id": newest }).to_string());
        open.accepted(&deploy, 202);
    }
    open.now += 3_600_000;
    assert_eq!(open.state("production/payments"), "BUILD_ERROR");
    assert_eq!(open.state("production/storefront"), "DEPLOYED");
    let live = open.read(&Endpoint::EnvironmentLive.request(&[open.environment("production")]));
    let services = live["services"].as_array().expect("a list");
    let payments = services.iter().find(|service| service["id"] == payments.as_str()).expect("it is there");
    assert_eq!((&payments["running_state"], &payments["sync"]), (&json!("RUNNING"), &json!("OUT_OF_DATE")));
    assert_eq!(payments["note"], "the build failed");
}

#[test]
fn only_what_changed_is_in_a_live_answer() {
    let mut open = Open::new("shop");
    let production = open.environment("production").to_owned();
    let live = |open: &mut Open, since: u64| {
        open.read(&Endpoint::EnvironmentLive.request(&[&production]).with_query("since", since.to_string()))
    };
    let count = |answer: &Value| answer["services"].as_array().map_or(0, Vec::len);
    let first = live(&mut open, 0);
    assert_eq!((count(&first), &first["full"]), (19, &json!(true)));
    let revision = first["revision"].as_u64().expect("a number");
    open.now += 60_000;
    let second = live(&mut open, revision);
    assert_eq!((count(&second), &second["full"], &second["revision"]), (0, &json!(false), &first["revision"]));
    let restart = open.on(Endpoint::RestartService, "production/mail-relay");
    open.accepted(&restart, 202);
    let third = live(&mut open, revision);
    assert_eq!((count(&third), &third["services"][0]["state"]), (1, &json!("RESTARTING")));
    let ahead = live(&mut open, 1 << 40);
    assert_eq!((count(&ahead), &ahead["full"]), (19, &json!(true)));
}

#[test]
fn a_scenario_can_be_begun_anew() {
    let mut open = Open::new("shop");
    let scenarios = open.read(&Endpoint::Scenarios.request(&[]));
    assert_eq!((&scenarios["name"], &scenarios["seed"]), (&json!("shop"), &json!(1)));
    for scenario in scenarios["scenarios"].as_array().expect("a list") {
        let reset = Endpoint::Reset.request(&[]).with_body(json!({ "name": scenario["name"], "seed": 4 }).to_string());
        let answer = open.send(&reset);
        assert_eq!((answer.status, &json_of(&answer)["name"]), (200, &scenario["name"]));
        let mut fresh = Backend::scenario(&text(&scenario["name"]), 4, NOW);
        let request = Endpoint::Projects.request(&[&open.organization]);
        assert_eq!(open.send(&request).status, 404, "the organization of another seed is gone");
        for request in [Endpoint::Organizations.request(&[]), Endpoint::Scenarios.request(&[])] {
            assert_eq!(open.read(&request), json_of(&fresh.handle(&request, NOW)), "{scenario}");
        }
    }
}

/// A fixed stream of numbers.
struct Stream(u64);

impl Stream {
    fn next(&mut self, below: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % below.max(1)
    }
}

#[test]
fn nothing_that_is_sent_makes_it_panic_or_answer_with_500() {
    let mut open = Open::new("trouble");
    let words = ["environment", "application", "job", "x", "world", "deploy", "stop", "service", "live", "", "%", "é"];
    let bodies = ["", "{}", "[]", "null", "{", "\u{1}", r#"{"applications":[{}]}"#, r#"{"git_commit_id":"x"}"#];
    let ids: Vec<String> = open.environments.values().cloned().chain([open.id("broken/healthy")]).collect();
    let mut stream = Stream(7);
    for _ in 0..5_000 {
        let mut path = String::new();
        for _ in 0..=stream.next(4) {
            path.push('/');
            match stream.next(3) {
                0 => path.push_str(&ids[stream.next(ids.len())]),
                _ => path.push_str(words[stream.next(words.len())]),
            }
        }
        let method = [Method::Get, Method::Post, Method::Put, Method::Delete][stream.next(4)];
        if path == "/x/world" {
            continue;
        }
        let request = Request::new(method, path).with_body(bodies[stream.next(bodies.len())]);
        let request = request.with_query("since", "x").with_query("pageSize", "-1");
        open.now += stream.next(50) as i64;
        let response = open.send(&request);
        assert!(response.status < 500, "{request:?}: {}", json_of(&response));
    }
}

#[test]
fn a_forgotten_request_is_gone_with_its_outcome_and_its_log_and_that_is_said() {
    let mut open = Open::new("shop");
    let environment = open.environment("production").to_owned();
    let redeploy = Endpoint::RedeployEnvironment.request(&[&environment]);
    let mut ids = Vec::new();
    for _ in 0..=HISTORY {
        let response = open.send(&redeploy);
        assert_eq!(response.status, 202, "{}", json_of(&response));
        ids.push(response.header(REQUEST).unwrap().to_owned());
        // Longer than any of it takes.
        open.now += 3_600_000;
    }
    let logs = |id: &str| Endpoint::Logs.request(&[&environment]).with_query("version", id);
    let history = Endpoint::History.request(&[&environment]).with_query("pageSize", "1000");
    let known = open.read(&history)["results"].as_array().unwrap().len();
    assert_eq!(known, HISTORY);
    let (first, second) = (ids[0].clone(), ids[1].clone());
    for request in [Endpoint::Outcome.request(&[&first]), logs(&first)] {
        open.refused(&request, 404, "remembers the last 100");
    }
    for request in [Endpoint::Outcome.request(&[&second]), logs(&second)] {
        open.read(&request);
    }
}
