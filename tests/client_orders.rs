//! Each action in each scope is sent by the contract's own call.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::expect_used, reason = "a test may panic: that is how it fails")]

use playhead::client::{Item, Order};
use playhead::lifecycle::{Action, EnvironmentId, Kind, Scope, ServiceId, Source};

const ENVIRONMENT: &str = "00000000-0000-0000-0000-0000000000ee";

fn item(kind: Kind, source: Source, version: Option<&str>) -> Item {
    Item { service: ServiceId(1), kind, source, version: version.map(Into::into) }
}

fn order(action: Action, scope: Scope, items: Vec<Item>) -> Order {
    Order { environment: EnvironmentId(0xee), action, scope, items, force: false }
}

fn check(order: &Order, path: &str, body: &str) {
    let request = order.request().expect("the contract has a call for it");
    assert_eq!(request.method.name(), "POST");
    assert_eq!(request.path, path.replace("{e}", ENVIRONMENT).replace("{s}", &ServiceId(1).to_string()));
    assert_eq!(String::from_utf8_lossy(&request.body), body.replace("{s}", &ServiceId(1).to_string()), "{order:?}");
}

#[test]
fn an_environment_is_acted_on_by_its_own_paths() {
    let on = |action| order(action, Scope::Environment, Vec::new());
    check(&on(Action::Deploy), "/environment/{e}/deploy", "");
    check(&on(Action::Redeploy), "/environment/{e}/redeploy", "");
    check(&on(Action::Stop), "/environment/{e}/stop", "");
    check(&on(Action::Cancel), "/environment/{e}/cancelDeployment", r#"{"force_cancel":false}"#);
    let forced = Order { force: true, ..on(Action::Cancel) };
    check(&forced, "/environment/{e}/cancelDeployment", r#"{"force_cancel":true}"#);
}

#[test]
fn a_service_is_acted_on_by_the_path_of_its_kind() {
    let kinds = [
        (Kind::Application, Source::Git, "application", "git_commit_id"),
        (Kind::Container, Source::Image, "container", "image_tag"),
        (Kind::CronJob, Source::Image, "job", "image_tag"),
        (Kind::LifecycleJob, Source::Git, "job", "git_commit_id"),
        (Kind::Helm, Source::Chart, "helm", "chart_version"),
    ];
    for (kind, source, word, field) in kinds {
        let on = |action, version| order(action, Scope::Service, vec![item(kind, source, version)]);
        check(&on(Action::Deploy, None), &format!("/{word}/{{s}}/deploy"), "");
        check(&on(Action::Redeploy, None), &format!("/{word}/{{s}}/redeploy"), "");
        check(&on(Action::Stop, None), &format!("/{word}/{{s}}/stop"), "");
        check(&on(Action::Restart, None), &format!("/{word}/{{s}}/restart-service"), "");
        let body = format!(r#"{{"{field}":"v2"}}"#);
        check(&on(Action::DeployVersion, Some("v2")), &format!("/{word}/{{s}}/deploy"), &body);
        // There is no cancel of a service in the contract: it is the environment's.
        check(&on(Action::Cancel, None), "/environment/{e}/cancelDeployment", r#"{"force_cancel":false}"#);
    }
    for kind in [Kind::ContainerDatabase, Kind::ManagedDatabase] {
        let stop = order(Action::Stop, Scope::Service, vec![item(kind, Source::None, None)]);
        check(&stop, "/database/{s}/stop", "");
    }
}

#[test]
fn a_selection_is_one_call_with_each_kind_in_its_list() {
    let every = || {
        vec![
            item(Kind::Application, Source::Git, None),
            item(Kind::Container, Source::Image, None),
            item(Kind::CronJob, Source::Git, None),
            item(Kind::Helm, Source::Chart, None),
            item(Kind::ManagedDatabase, Source::None, None),
        ]
    };
    let deploy = r#"{"applications":[{"application_id":"{s}"}],"containers":[{"id":"{s}"}],"jobs":[{"id":"{s}"}],"helms":[{"id":"{s}"}],"databases":["{s}"]}"#;
    for action in [Action::Deploy, Action::Redeploy] {
        check(&order(action, Scope::Subset, every()), "/environment/{e}/service/deploy", deploy);
    }
    let stop = r#"{"application_ids":["{s}"],"container_ids":["{s}"],"database_ids":["{s}"],"job_ids":["{s}"],"helm_ids":["{s}"]}"#;
    check(&order(Action::Stop, Scope::Subset, every()), "/environment/{e}/service/stop", stop);
    let restart = r#"{"application_ids":["{s}"],"container_ids":[],"database_ids":[]}"#;
    let one = vec![item(Kind::Application, Source::Git, None)];
    check(&order(Action::Restart, Scope::Subset, one), "/environment/{e}/service/restart-service", restart);
}

#[test]
fn latest_versions_are_named_commit_by_commit() {
    let items = vec![item(Kind::Application, Source::Git, Some("abc")), item(Kind::CronJob, Source::Git, Some("def"))];
    let body = r#"{"applications":[{"application_id":"{s}","git_commit_id":"abc"}],"containers":[],"jobs":[{"id":"{s}","git_commit_id":"def"}],"helms":[],"databases":[]}"#;
    check(&order(Action::DeployLatest, Scope::Environment, items), "/environment/{e}/service/deploy", body);
}

#[test]
fn what_the_contract_has_no_call_for_is_an_error_not_another_call() {
    let one = || vec![item(Kind::Application, Source::Git, None)];
    for (action, scope, items) in [
        (Action::Restart, Scope::Environment, Vec::new()),
        (Action::DeployVersion, Scope::Environment, Vec::new()),
        (Action::DeployVersion, Scope::Subset, one()),
        (Action::DeployLatest, Scope::Service, one()),
        // Without a version each of these would be a plain Deploy.
        (Action::DeployLatest, Scope::Subset, one()),
        (Action::DeployLatest, Scope::Environment, one()),
        (Action::DeployVersion, Scope::Service, one()),
        (Action::DeployVersion, Scope::Service, vec![item(Kind::ManagedDatabase, Source::None, Some("15"))]),
        (Action::Stop, Scope::Service, Vec::new()),
    ] {
        assert!(order(action, scope, items).request().is_err(), "{action:?} on {scope:?}");
    }
}
