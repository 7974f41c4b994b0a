//! What a plan says of versions, and of what a stop leaves.

use playhead::api::Endpoint;

use super::host::Host;
use super::id_of;
use super::thin::Thin;

#[test]
fn a_version_is_planned_for_one_service() {
    let host = Host::open("shop");
    for many in ["", " --services checkout-api,payments"] {
        host.run(&format!("environment plan deploy-version staging{many}")).ends_with(2).tells("name exactly one");
    }
    let one = host.run("environment plan deploy-version staging --services mail-relay --tag 4.8.0").ends_with(0);
    one.says("deploy version of mail-relay in staging: 1 would act");
}

#[test]
fn a_plan_says_from_which_version_to_which() {
    let host = Host::open("shop");
    let runs = host.run("container status mail-relay -e staging --json").ends_with(0).json()["version"].clone();
    let runs = runs.as_str().unwrap();
    for action in ["deploy", "deploy-version"] {
        let plan = host.run(&format!("container plan {action} mail-relay -e staging --tag 4.8.0")).ends_with(0);
        plan.says("deploy version of mail-relay in staging").says(&format!("the version is deployed: {runs} → 4.8.0"));
    }
    let plan = "environment plan deploy staging --services mail-relay --tag 4.8.0 --json";
    let plan = host.run(plan).ends_with(0).json();
    assert_eq!(plan["action"], "DEPLOY_VERSION", "{plan}");
    let part = &plan["services"][0];
    assert_eq!((part["version"].as_str(), part["to_version"].as_str()), (Some(runs), Some("4.8.0")), "{plan}");
    host.run(&format!("container plan deploy mail-relay -e staging --tag {runs}"))
        .ends_with(0)
        .says("which runs already");
    // A commit by its first digits, and the newest of each.
    let list = host.run("service list -e staging --json").ends_with(0).json();
    let commits = host.ask(&Endpoint::Commits.request(&["application", &id_of(&list, "storefront")]));
    let commit = |place: usize| commits["results"][place]["git_commit_id"].as_str().unwrap();
    let to = format!("→ {}", &commit(3)[..12]);
    host.run(&format!("application plan deploy storefront -e staging --commit {}", &commit(3)[..9]))
        .ends_with(0)
        .says(&to);
    let latest = host.run("environment plan deploy-latest staging --services storefront,mail-relay").ends_with(0);
    // As the flag of the action says it.
    let flagged = host.run("environment plan deploy staging --latest --services storefront,mail-relay").ends_with(0);
    assert_eq!(flagged.out, latest.out);
    host.run("environment plan stop staging --latest").ends_with(2).tells("takes no --latest");
    latest.says(&commit(0)[..12]).says("left out: Only services with a git source");
    assert!(host.actions().is_empty());
    // What was configured meanwhile and does not run yet.
    host.fault("readiness_never_ok");
    host.run("container deploy mail-relay -e staging --tag 4.8.0 --watch --interval 0").ends_with(1);
    host.run("container plan redeploy mail-relay -e staging").ends_with(0).says(&format!("{runs} → 4.8.0"));
}

#[test]
fn a_version_that_does_not_fit_is_refused_by_the_plan_as_by_the_action() {
    let host = Host::open("shop");
    host.run("container plan deploy mail-relay -e staging --commit abc").ends_with(2).tells("use --tag");
    host.run("container plan stop mail-relay -e staging --tag 4.8.0").ends_with(2).tells("stop takes no version");
    host.run("environment plan deploy staging --tag 4.8.0").ends_with(2).tells("exactly one");
    host.run("environment plan stop staging --services mail-relay --tag 4.8.0").ends_with(2).tells("takes no version");
    host.run("database plan deploy orders-db -e staging --tag 1").ends_with(3).tells("no versions to pick from");
}

#[test]
fn a_version_that_is_not_known_to_run_is_not_said_to() {
    let thin = Thin::straight("1");
    let plan = thin.run("container plan deploy mail-relay -e staging --tag 4.8.0").ends_with(0);
    let plan = plan.says("the version is deployed: 4.8.0");
    assert!(!plan.out.contains('→'), "{plan:?}");
}

#[test]
fn a_stop_says_what_stays_of_each_kind() {
    let host = Host::open("shop");
    host.run("helm plan stop ingress -e staging").ends_with(0).says("its pods are stopped; the release stays");
    host.run("container plan stop mail-relay -e staging").ends_with(0).says("is stopped; its storage is kept");
}
