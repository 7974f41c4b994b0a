//! What machines read: answers of every command, and errors.

use super::host::{Host, bare, ran};
use super::kit;

/// A command that goes wrong: the error as JSON and nothing else, with the exit code in it.
fn fails(ran: super::host::Ran, code: i32, words: &str) {
    assert_eq!(ran.code, Some(code), "{ran:?}");
    let (told, number) = ran.error().unwrap_or_else(|| panic!("no JSON: {ran:?}"));
    assert_eq!(number, u64::try_from(code).unwrap(), "{ran:?}");
    assert!(told.contains(words) && !told.starts_with("error"), "{words}: {ran:?}");
}

#[test]
fn an_error_is_an_object_with_its_words_and_the_exit_code() {
    let host = Host::open("shop").still();
    let quiet = |arguments: &str, code: i32, words: &str| {
        let ran = host.run(arguments);
        assert_eq!(ran.out, "", "{ran:?}");
        fails(ran, code, words);
    };
    quiet("environment status nowhere --json", 2, "there is no environment called");
    quiet("environment --json fly staging", 2, "fly");
    quiet("environment stop --json", 2, "required");
    quiet("environment cancel staging --json", 3, "No deployment is queued");
    quiet("environment list --json --origin foo", 2, "is no origin");
    quiet("environment stop staging --watch --timeout 0 --json", 4, "goes on");
    let mut nobody = bare("environment list --json --api-url http://127.0.0.1:1/api");
    fails(ran(&mut nobody), 4, "cannot be reached");
    // The answer is there too, where there is one.
    let plan = host.run("environment plan cancel production --json");
    assert_eq!(plan.json()["accepted"], false, "{plan:?}");
    fails(plan, 3, "would be refused");
    // After this word it is no flag any more; and help is no error.
    assert!(host.run("environment status -- --json").err.starts_with("error: "));
    assert!(ran(&mut bare("--json help environment list")).ends_with(0).out.contains("environment list"));
    // Not what a flag is given.
    assert!(host.run("--project help environment list").ends_with(2).err.contains("project"));
    assert!(ran(&mut bare("environment --help --json")).ends_with(0).out.contains("Usage"));
}

#[test]
fn tokens_are_made_listed_and_revoked_for_machines() {
    let data = kit::Folder::new();
    let run = |arguments: &str| ran(bare(&format!("token {arguments} --json --data")).arg(&data.0));
    let made = run("create pipeline --scope act").ends_with(0);
    assert_eq!(
        (made.json()["name"].as_str(), made.json()["scope"].as_str()),
        (Some("pipeline"), Some("act")),
        "{made:?}"
    );
    assert!(made.json()["token"].as_str().unwrap().starts_with("playhead_"));
    assert_eq!(made.err, "");
    let list = run("list").ends_with(0).json();
    assert_eq!((list[0]["name"].as_str(), list[0]["scope"].as_str()), (Some("pipeline"), Some("act")), "{list}");
    assert!(list[0]["created_at"].as_str().unwrap().ends_with('Z'), "{list}");
    fails(run("create pipeline"), 2, "pipeline");
    assert_eq!(run("revoke pipeline").ends_with(0).json()["result"], "revoked");
    assert_eq!(run("list").ends_with(0).json(), serde_json::json!([]));
    fails(run("revoke pipeline"), 2, "pipeline");
    let nowhere = kit::Folder::new();
    fails(ran(bare("token list --json --data").arg(&nowhere.0)), 2, "there is no journal");
    fails(ran(bare("serve --json --console /nowhere --port 0 --data").arg(&nowhere.0)), 2, "/nowhere");
}
