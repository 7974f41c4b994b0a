//! Which server, as whom: flags, variables, the config file.

use std::fs;
use std::path::Path;

use super::host::{Host, Ran, TOKEN, bare, ran};

/// Runs a command with a config file and these variables only.
fn run(config: &Path, arguments: &str, variables: &[(&str, &str)]) -> Ran {
    let mut command = bare(arguments);
    command.env("PLAYHEAD_CONFIG", config).envs(variables.iter().copied());
    ran(&mut command)
}

#[test]
fn settings_come_from_flags_then_variables_then_the_file() {
    let host = Host::open("shop");
    let config = host.file("config.json");
    let run = |arguments: &str, variables: &[(&str, &str)]| run(&config, arguments, variables);
    let token = TOKEN;
    let wrong = "http://127.0.0.1:1";
    fs::write(&config, format!(r#"{{"api_url": "{}", "token": "{token}"}}"#, host.url)).unwrap();
    run("environment list", &[]).ends_with(0);
    run("environment list", &[("QOVERY_API_URL", wrong)]).ends_with(4);
    run("environment list", &[("QOVERY_API_URL", wrong), ("PLAYHEAD_API_URL", &host.url)]).ends_with(0);
    let flag = format!("environment list --api-url {}", host.url);
    run(&flag, &[("PLAYHEAD_API_URL", wrong)]).ends_with(0);
    run("environment list", &[("QOVERY_CLI_ACCESS_TOKEN", "wrong")]).ends_with(3);
    run("environment list", &[("QOVERY_CLI_ACCESS_TOKEN", "wrong"), ("PLAYHEAD_TOKEN", token)]).ends_with(0);
    let secret = host.file("token");
    fs::write(&secret, format!("{token}\n")).unwrap();
    let flag = format!("environment list --token-file {}", secret.display());
    run(&flag, &[("PLAYHEAD_TOKEN", "wrong")]).ends_with(0);
    run("environment list", &[("PLAYHEAD_PROJECT", "Nothing")]).ends_with(2).tells("Shop");

    fs::write(&config, r#"{"api_url": 3}"#).unwrap();
    run("environment list", &[]).ends_with(2).tells("config.json").tells("\"api_url\"");
    fs::write(&config, r#"{"apiurl": "x"}"#).unwrap();
    run("environment list", &[]).ends_with(2).tells("\"apiurl\"").tells("organization");
    fs::write(&config, format!("{{\"token\": \"{token}\" \"\"}}")).unwrap();
    run("environment list", &[]).ends_with(2).tells("line 1");
    fs::remove_file(&config).unwrap();
    run("environment list", &[]).ends_with(2).tells("config.json");
    run("environment list --api-url nonsense", &[("PLAYHEAD_CONFIG", "")]).ends_with(2).tells("--api-url");
}

#[test]
fn how_the_token_is_presented_is_a_setting_too() {
    // The server takes it as an API token only.
    let host = Host::open("shop");
    let config = host.file("config.json");
    let write = |auth: &str| {
        let (url, quoted) = (&host.url, serde_json::json!(auth));
        fs::write(&config, format!(r#"{{"api_url": "{url}", "token": "{TOKEN}", "auth": {quoted}}}"#)).unwrap();
    };
    let run = |arguments: &str, variables: &[(&str, &str)]| run(&config, arguments, variables);
    write("");
    run("environment list", &[]).ends_with(0);
    write("bearer");
    run("environment list", &[]).ends_with(3);
    run("environment list", &[("PLAYHEAD_AUTH", "")]).ends_with(3);
    run("environment list", &[("PLAYHEAD_AUTH", "token")]).ends_with(0);
    run("environment list --auth token", &[("PLAYHEAD_AUTH", "bearer")]).ends_with(0);
    write("token");
    run("environment list", &[("PLAYHEAD_AUTH", "bearer")]).ends_with(3);
    run("environment list --auth bearer", &[("PLAYHEAD_AUTH", "token")]).ends_with(3);
    // A word that is wrong is told with its place, and nothing is sent.
    let wrong = run("environment list", &[("PLAYHEAD_AUTH", "basic")]).ends_with(2);
    wrong.tells("PLAYHEAD_AUTH").tells("\"basic\"").tells("token and bearer");
    write("Basic");
    run("environment list", &[])
        .ends_with(2)
        .tells("\"auth\" in the config file")
        .tells("config.json")
        .tells("\"Basic\"");
    assert_eq!(run("environment list --auth basic", &[]).code, Some(2));
}
