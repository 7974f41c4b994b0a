//! The versions there are, and deploying one of them.

use playhead::api::Endpoint;
use serde_json::Value;

use super::host::{Host, bare, ran};
use super::id_of;

#[test]
fn versions_are_deployed_by_the_flag_of_the_source() {
    let host = Host::open("shop");
    let list = host.run("service list -e staging --json").json();
    let storefront = id_of(&list, "storefront");
    let commits = host.ask(&Endpoint::Commits.request(&["application", &storefront]));
    let commit = commits["results"][3]["git_commit_id"].as_str().unwrap().to_owned();
    let short = &commit[..10];
    host.run(&format!("application deploy storefront -e staging --commit {short}")).ends_with(0);
    assert!(String::from_utf8_lossy(&host.actions()[0].body).contains(&commit));
    host.run("application deploy storefront -e staging --tag v1").ends_with(2).tells("use --commit");
    host.run("container deploy mail-relay -e staging --commit abc").ends_with(2).tells("use --tag");
    host.run("container deploy mail-relay -e staging --tag no-such-tag").ends_with(2);
    host.run("environment deploy staging --tag v1").ends_with(2).tells("exactly one");
    assert_eq!(host.run("application deploy storefront -e staging --commit a --tag b").code, Some(2));
}

/// The versions as a list, of a service of staging.
fn list(host: &Host, noun: &str, service: &str) -> Vec<Value> {
    let told = host.run(&format!("{noun} versions {service} -e staging --limit 50 --json")).ends_with(0).json();
    told.as_array().unwrap().clone()
}

#[test]
fn what_has_no_newest_commit_is_left_out_and_named() {
    for plain in [false, true] {
        let host = Host::open("shop").still();
        let host = if plain { host.plain() } else { host };
        let latest = "environment deploy staging --latest --services";
        let sent = host.run(&format!("{latest} storefront,mail-relay,orders-db")).ends_with(0);
        let sent = sent.says("deploy latest version of storefront in staging: accepted");
        let reason = "Only services with a git source have a latest version. Use Deploy other version.";
        sent.tells(&format!("left out: mail-relay: {reason}")).tells(&format!("left out: orders-db: {reason}"));
        assert!(!String::from_utf8_lossy(&host.actions()[0].body).contains("databases\":[\""), "{:?}", host.actions());
        let sent = host.run(&format!("{latest} storefront,mail-relay --json")).ends_with(0);
        assert_eq!(sent.err, "");
        assert_eq!(
            sent.json()["left_out"],
            serde_json::json!([{ "name": "mail-relay", "reason": reason }]),
            "{sent:?}"
        );
        host.run(&format!("{latest} mail-relay,orders-db"))
            .ends_with(3)
            .tells(&format!("mail-relay: {reason} orders-db"));
        assert_eq!(host.actions().len(), 2);
        // Of a whole environment, too.
        let whole = host.run("environment deploy staging --latest").ends_with(0);
        whole.tells(&format!("left out: mail-relay: {reason}"));
    }
}

#[test]
fn what_is_wrong_with_a_version_is_said_first_and_where_to_look_is_whole() {
    let host = Host::open("shop");
    host.run("application deploy storefront -e staging --commit 0000")
        .ends_with(2)
        .tells("To see them: playhead application versions storefront -e staging\n");
    let wrong = host.run("container deploy mail-relay -e staging --tag no-such-tag").ends_with(2);
    assert!(wrong.err.starts_with("error: mail-relay has no version"), "{wrong:?}");
    wrong.tells("(in the request: image_tag)");
    let help = ran(&mut bare("database deploy --help")).ends_with(0).says("Deploys it");
    assert!(!help.out.contains("version of it"), "{help:?}");
}

#[test]
fn the_versions_are_listed_with_the_one_that_is_deployed() {
    let host = Host::open("shop");
    for (noun, service) in [("application", "checkout-api"), ("container", "mail-relay"), ("helm", "ingress")] {
        let runs = host.run(&format!("{noun} status {service} -e staging --json")).ends_with(0).json();
        let all = list(&host, noun, service);
        let deployed: Vec<&Value> = all.iter().filter(|one| one["state"] == "deployed").collect();
        assert!(all.len() > 3 && deployed.len() == 1, "{service}: {all:?}");
        assert_eq!(deployed[0]["version"], runs["version"], "{service}");
        let few = host.run(&format!("{noun} versions {service} -e staging --limit 2")).ends_with(0);
        assert_eq!(few.out.lines().count(), 3, "{few:?}");
    }
    let commits = host.run("application versions checkout-api -e staging").ends_with(0);
    commits.says("SUBJECT").says(list(&host, "application", "checkout-api")[0]["subject"].as_str().unwrap());
    host.run("database versions orders-db -e staging").ends_with(3).tells("no versions to pick from");
}

#[test]
fn a_version_of_the_list_can_be_rolled_back_to() {
    let host = Host::open("shop");
    let all = list(&host, "container", "mail-relay");
    let place = all.iter().position(|one| one["state"] == "deployed").unwrap();
    let older = all[place + 1]["version"].as_str().unwrap();
    host.fault("readiness_never_ok");
    let deploy = format!("container deploy mail-relay -e staging --tag {older} --watch --interval 0");
    host.run(&deploy).ends_with(1);
    let after = list(&host, "container", "mail-relay");
    // It failed: the one before runs again, and this one is what is wanted.
    assert_eq!((&after[place]["state"], &after[place + 1]["state"]), (&"deployed".into(), &"desired".into()));
    host.run("container status mail-relay -e staging").ends_with(0).says(&format!("desired      {older}"));
}
