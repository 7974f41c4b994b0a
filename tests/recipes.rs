//! The recipes for CI, as published: their scripts are taken out of the files and run by bash against the native server.
//! Only `docker` is played by a script that writes down what it was asked; nothing here builds images.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

#[path = "kit/server.rs"]
mod kit;

use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use kit::{Folder, Server};
use serde_json::Value;
use yaml_rust2::{Yaml, YamlLoader};

/// A version that the registry of the scenario `shop` has, and that does not run.
const TAG: &str = "4.8.0";
const SERVICE: &str = "mail-relay";

/// A script of a recipe, and the variables it is given.
struct Script {
    name: String,
    body: String,
    variables: Vec<(String, String)>,
}

fn published(name: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("recipes").join(name)).unwrap()
}

fn yaml(name: &str) -> Yaml {
    YamlLoader::load_from_str(&published(name)).unwrap().remove(0)
}

fn variables(part: &Yaml) -> Vec<(String, String)> {
    let Some(all) = part.as_hash() else { return Vec::new() };
    all.iter().map(|(name, value)| (name.as_str().unwrap().to_owned(), value.as_str().unwrap().to_owned())).collect()
}

/// The steps of a job of the GitHub recipe, with what the workflow and the job give them.
fn github(job: &str) -> Vec<Script> {
    let file = yaml("github-actions.yml");
    let job = &file["jobs"][job];
    let given: Vec<_> = variables(&file["env"]).into_iter().chain(variables(&job["env"])).collect();
    let steps = job["steps"].as_vec().unwrap().iter().filter(|step| !step["run"].is_badvalue());
    let script = |step: &Yaml| Script {
        name: step["name"].as_str().unwrap().to_owned(),
        body: step["run"].as_str().unwrap().to_owned(),
        variables: given.clone(),
    };
    steps.map(script).collect()
}

/// The scripts of the GitLab recipe: a list of lines is one script that ends at the first that fails.
fn gitlab() -> Vec<Script> {
    let file = yaml("gitlab-ci.yml");
    let part = |job: &str, part: &str| Script {
        name: format!("{job} {part}"),
        body: file[job][part].as_vec().unwrap().iter().map(|line| format!("{}\n", line.as_str().unwrap())).collect(),
        variables: variables(&file["variables"]),
    };
    vec![part("build", "script"), part("deploy", "script"), part("deploy", "after_script")]
}

/// A machine of a CI: a server that it may act on, a home, a folder to work in, and the programs it has.
struct Runner {
    folder: Folder,
    server: Server,
    token: String,
}

impl Runner {
    fn new(speed: &str) -> Runner {
        let folder = Folder::new();
        let data = folder.0.join("data");
        fs::create_dir_all(&data).unwrap();
        let server = Server::start(&data, &["--speed", speed]);
        let made = kit::program().args(["token", "create", "pipeline", "--scope", "act", "--data"]).arg(&data).output();
        let token = String::from_utf8(made.unwrap().stdout).unwrap().trim().to_owned();
        for part in ["home", "work", "bin", "temp"] {
            fs::create_dir_all(folder.0.join(part)).unwrap();
        }
        let docker = folder.0.join("bin/docker");
        fs::write(&docker, "#!/bin/sh\necho \"$@\" >> \"$HOME/docker\"\n").unwrap();
        assert!(Command::new("chmod").arg("+x").arg(&docker).status().unwrap().success());
        std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_playhead"), folder.0.join("bin/playhead")).unwrap();
        Runner { folder, server, token }
    }

    /// What the CI puts in the place of its expressions. One that is not known here is an error of the recipe.
    fn value(&self, text: &str) -> String {
        match text {
            "${{ vars.PLAYHEAD_API_URL }}" => format!("{}/api", self.server.address),
            "${{ secrets.PLAYHEAD_TOKEN }}" => self.token.clone(),
            "${{ vars.PLAYHEAD_DOWNLOAD }}" => format!("file://{}", env!("CARGO_BIN_EXE_playhead")),
            "${{ github.sha }}" | "$CI_COMMIT_SHA" => TAG.to_owned(),
            _ => {
                assert!(!text.contains("${{"), "{text} is not known");
                text.to_owned()
            }
        }
    }

    /// Begins a script, as the CI would.
    fn begin(&self, script: &Script, more: &[(&str, &str)]) -> Child {
        let home = self.folder.0.join("home");
        let path = format!("{}:{}", self.folder.0.join("bin").display(), std::env::var("PATH").unwrap());
        let mut bash = Command::new("bash");
        bash.args(["-e", "-o", "pipefail", "-c", &script.body]).env_clear().current_dir(self.folder.0.join("work"));
        bash.env("PATH", path).env("HOME", &home).env("CI", "true").env("GITHUB_PATH", home.join("path"));
        bash.env("RUNNER_TEMP", self.folder.0.join("temp")).env("CI_JOB_ID", "4711");
        if script.variables.iter().all(|(name, _)| name != "PLAYHEAD_API_URL") {
            // Variables of the project, not of the file.
            bash.env("PLAYHEAD_API_URL", format!("{}/api", self.server.address)).env("PLAYHEAD_TOKEN", &self.token);
            bash.env("PLAYHEAD_DOWNLOAD", format!("file://{}", env!("CARGO_BIN_EXE_playhead")));
        }
        for (name, value) in &script.variables {
            bash.env(name, self.value(value));
        }
        bash.envs(more.iter().copied()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    }

    fn run(&self, script: &Script, more: &[(&str, &str)]) -> (Option<i32>, String) {
        let output = self.begin(script, more).wait_with_output().unwrap();
        let said = [output.stdout, output.stderr].concat();
        (output.status.code(), String::from_utf8(said).unwrap())
    }

    /// Runs a script that has to go well.
    fn done(&self, script: &Script, more: &[(&str, &str)]) -> String {
        let (code, said) = self.run(script, more);
        assert_eq!(code, Some(0), "{}: {said}", script.name);
        assert!(!said.contains(&self.token), "the token is in the job's log");
        said
    }

    fn get(&self, path: &str) -> Value {
        self.server.ask("GET", path).token(&self.token).send().json()
    }

    fn environment(&self) -> String {
        let id = |path: &str, at: usize| self.get(path)["results"][at]["id"].as_str().unwrap().to_owned();
        let project = id(&format!("/api/organization/{}/project", id("/api/organization", 0)), 0);
        let all = self.get(&format!("/api/project/{project}/environment"));
        let staging = all["results"].as_array().unwrap().iter().find(|one| one["name"] == "staging").unwrap();
        staging["id"].as_str().unwrap().to_owned()
    }

    fn service(&self, name: &str) -> Value {
        let all = self.get(&format!("/api/environment/{}/services", self.environment()));
        all["results"].as_array().unwrap().iter().find(|one| one["name"] == name).unwrap().clone()
    }

    /// The newest deployment in the history, and where our own words say it came from.
    fn newest(&self) -> (Value, String) {
        let environment = self.environment();
        let history = self.get(&format!("/api/environment/{environment}/deploymentHistoryV2"));
        let live = self.get(&format!("/api/x/environment/{environment}/live"));
        let origin = live["environment"]["last_operation"]["origin"].as_str().unwrap_or_default().to_owned();
        (history["results"][0].clone(), origin)
    }

    /// What goes on in the environment, in our own words.
    fn live(&self) -> Value {
        self.get(&format!("/api/x/environment/{}/live", self.environment()))
    }

    fn is_running(&self) -> bool {
        !self.live()["deployment"].is_null()
    }

    /// Waits until so many requests wait.
    fn waits(&self, number: usize) {
        kit::wait_until("the queue", || self.live()["queue"].as_array().unwrap().len() == number);
    }

    /// Somebody else's deployment of another service begins; its id.
    fn foreign(&self) -> String {
        let id = self.service("storefront")["id"].as_str().unwrap().to_owned();
        let commits = self.get(&format!("/api/application/{id}/commit"));
        let body = serde_json::json!({ "git_commit_id": commits["results"][3]["git_commit_id"] }).to_string();
        let deploy = self.server.ask("POST", &format!("/api/application/{id}/deploy"));
        let answer = deploy.token(&self.token).json(&body).send();
        assert_eq!(answer.status, 202, "{}", answer.text());
        answer.header("X-Playhead-Request").unwrap().to_owned()
    }

    /// The deployment of that id runs, nobody cancels it, nothing waits behind it; and it ends well.
    fn goes_on_and_ends_well(&mut self, foreign: &str) {
        let live = self.live();
        let told = (&live["deployment"]["id"], &live["deployment"]["canceling"], &live["queue"]);
        assert_eq!(told, (&foreign.into(), &false.into(), &Value::Array(Vec::new())));
        // What is left of it passes quickly.
        self.server.child.kill().unwrap();
        self.server.child.wait().unwrap();
        self.server = Server::start(&self.folder.0.join("data"), &["--speed", FAST]);
        while self.is_running() {}
        let newest = self.newest().0;
        assert_eq!(
            (&newest["identifier"]["execution_id"], &newest["action_status"]),
            (&foreign.into(), &"SUCCESS".into())
        );
    }

    /// Waits until a job has written down which request it is about.
    fn knows(&self, file: &str) {
        let known = || fs::read_to_string(self.folder.0.join(file)).is_ok_and(|text| text.trim().len() == 36);
        kit::wait_until("the request's file", known);
    }

    /// Lets a fault happen to a service.
    fn fault(&self, fault: &str, service: &str) {
        let id = self.service(service)["id"].as_str().unwrap().to_owned();
        let body = serde_json::json!({ fault: [id] }).to_string();
        let put = self.server.ask("PUT", "/api/x/faults").token(&self.token).json(&body).send();
        assert!(put.status < 300, "{}", put.text());
    }

    fn deployed(&self, by: &str) {
        let (newest, origin) = self.newest();
        assert_eq!(newest["action_status"], "SUCCESS", "{by}");
        assert_eq!(newest["auditing_data"]["triggered_by"], "pipeline", "{by}");
        // The contract has no word for CI/CD; ours has.
        assert_eq!((newest["auditing_data"]["origin"].as_str(), origin.as_str()), (Some("API"), "CI_CD"), "{by}");
    }

    fn docker(&self) -> String {
        fs::read_to_string(self.folder.0.join("home/docker")).unwrap()
    }
}

fn step<'a>(scripts: &'a [Script], name: &str) -> &'a Script {
    scripts.iter().find(|script| script.name == name).unwrap_or_else(|| panic!("no step {name}"))
}

const FAST: &str = "1000";
/// Slow enough that a deployment still runs when it is canceled, whatever the machine does meanwhile.
const SLOW: &str = "1";

fn interrupt(child: &Child, signal: &str) {
    assert!(Command::new("kill").args([signal, &child.id().to_string()]).status().unwrap().success());
}

#[test]
fn github_builds_deploys_the_tag_and_waits() {
    let (runner, steps) = (Runner::new(FAST), github("image"));
    for name in ["Install playhead", "Build and push the image", "Deploy and wait"] {
        runner.done(step(&steps, name), &[]);
    }
    assert!(runner.folder.0.join("home/.local/bin/playhead").is_file());
    assert!(fs::read_to_string(runner.folder.0.join("home/path")).unwrap().contains("/.local/bin"));
    let image = format!("registry.example.com/shop/mail-relay:{TAG}");
    assert_eq!(runner.docker(), format!("build --tag {image} .\npush {image}\n"));
    assert_eq!(runner.service(SERVICE)["tag"], TAG);
    runner.deployed("GitHub");
}

#[test]
fn github_deploys_a_commit() {
    let (runner, steps) = (Runner::new(FAST), github("commit"));
    let id = runner.service("storefront")["id"].as_str().unwrap().to_owned();
    let commits = runner.get(&format!("/api/application/{id}/commit"));
    let commit = commits["results"][3]["git_commit_id"].as_str().unwrap().to_owned();
    runner.done(step(&steps, "Install playhead"), &[]);
    runner.done(step(&steps, "Deploy and wait"), &[("COMMIT", &commit)]);
    assert_eq!(runner.service("storefront")["git_repository"]["deployed_commit_id"], commit.as_str());
    runner.deployed("GitHub, commit");
}

#[test]
fn the_job_fails_when_the_deployment_fails() {
    let scripts = [("GitHub", github("image"), "Deploy and wait"), ("GitLab", gitlab(), "deploy script")];
    for (by, scripts, name) in scripts {
        let runner = Runner::new(FAST);
        runner.fault("readiness_never_ok", SERVICE);
        let (code, said) = runner.run(step(&scripts, name), &[]);
        assert_eq!(code, Some(1), "{by}: {said}");
        assert_eq!(runner.newest().0["action_status"], "ERROR", "{by}");
    }
}

#[test]
fn the_job_fails_when_the_version_is_not_there_or_the_server_is_not() {
    let (runner, steps) = (Runner::new(FAST), github("image"));
    let deploy = step(&steps, "Deploy and wait");
    let (code, said) = runner.run(deploy, &[("TAG", "no-such-tag")]);
    assert_eq!(code, Some(2), "{said}");
    assert!(said.contains("no-such-tag"), "{said}");
    let (code, said) = runner.run(deploy, &[("PLAYHEAD_API_URL", "http://127.0.0.1:1/api")]);
    assert_eq!(code, Some(4), "{said}");
    let (code, said) = runner.run(deploy, &[("PLAYHEAD_TOKEN", "playhead_no")]);
    assert_eq!(code, Some(3), "{said}");
}

#[test]
fn a_canceled_github_job_cancels_its_deployment() {
    let (runner, steps) = (Runner::new(SLOW), github("image"));
    let deploying = runner.begin(step(&steps, "Deploy and wait"), &[]);
    while !runner.is_running() {}
    interrupt(&deploying, "-INT");
    assert_eq!(deploying.wait_with_output().unwrap().status.code(), Some(130));
    assert!(runner.is_running(), "to interrupt the wait is not to cancel");
    runner.done(step(&steps, "Cancel the deployment with the job"), &[]);
    assert_eq!(runner.newest().0["action_status"], "CANCELED");
}

#[test]
fn gitlab_builds_deploys_and_cancels_only_what_is_canceled() {
    let (runner, scripts) = (Runner::new(FAST), gitlab());
    runner.done(step(&scripts, "build script"), &[]);
    runner.done(step(&scripts, "deploy script"), &[]);
    let said = runner.done(step(&scripts, "deploy after_script"), &[("CI_JOB_STATUS", "success")]);
    assert_eq!(said, "");
    assert!(runner.docker().contains(&format!("push registry.example.com/shop/mail-relay:{TAG}")));
    runner.deployed("GitLab");

    let (runner, scripts) = (Runner::new(SLOW), gitlab());
    let mut deploying = runner.begin(step(&scripts, "deploy script"), &[]);
    while !runner.is_running() {}
    runner.knows("work/request-4711");
    deploying.kill().unwrap();
    deploying.wait().unwrap();
    runner.done(step(&scripts, "deploy after_script"), &[("CI_JOB_STATUS", "canceled")]);
    assert_eq!(runner.newest().0["action_status"], "CANCELED");
}

/// The shell's recipe, with what it is to be given.
fn shell() -> Script {
    let variables = [
        ("PLAYHEAD_ENVIRONMENT", "staging"),
        ("SERVICE", SERVICE),
        ("IMAGE", "registry.example.com/shop/mail-relay"),
        ("TAG", TAG),
    ];
    Script {
        name: "shell".to_owned(),
        body: format!("exec {}/recipes/deploy.sh", env!("CARGO_MANIFEST_DIR")),
        variables: variables.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec(),
    }
}

#[test]
fn the_shell_deploys_fails_with_the_deployment_and_cancels_when_interrupted() {
    let runner = Runner::new(FAST);
    runner.done(&shell(), &[]);
    runner.deployed("shell");
    runner.fault("readiness_never_ok", SERVICE);
    let (code, said) = runner.run(&shell(), &[("TAG", "4.8.1")]);
    assert_eq!(code, Some(1), "{said}");
    let (code, said) = runner.run(&shell(), &[("TAG", "")]);
    assert_ne!(code, Some(0));
    assert!(said.contains("TAG"), "{said}");

    let runner = Runner::new(SLOW);
    let deploying = runner.begin(&shell(), &[]);
    while !runner.is_running() {}
    interrupt(&deploying, "-TERM");
    let output = deploying.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(130), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(runner.newest().0["action_status"], "CANCELED");
}

#[test]
fn a_canceled_github_job_leaves_other_deployments_alone() {
    for (job, more) in [("image", false), ("commit", true)] {
        let (mut runner, steps) = (Runner::new(SLOW), github(job));
        let foreign = runner.foreign();
        let commits =
            runner.get(&format!("/api/application/{}/commit", runner.service("storefront")["id"].as_str().unwrap()));
        let given =
            if more { vec![("COMMIT", commits["results"][4]["git_commit_id"].as_str().unwrap())] } else { vec![] };
        let deploying = runner.begin(step(&steps, "Deploy and wait"), &given);
        runner.waits(1);
        interrupt(&deploying, "-INT");
        assert_eq!(deploying.wait_with_output().unwrap().status.code(), Some(130));
        let said = runner.done(step(&steps, "Cancel the deployment with the job"), &given);
        assert!(said.contains("taken back"), "{said}");
        runner.goes_on_and_ends_well(&foreign);
    }
}

#[test]
fn a_canceled_gitlab_job_leaves_other_deployments_alone() {
    let (mut runner, scripts) = (Runner::new(SLOW), gitlab());
    let foreign = runner.foreign();
    let mut deploying = runner.begin(step(&scripts, "deploy script"), &[]);
    runner.waits(1);
    runner.knows("work/request-4711");
    deploying.kill().unwrap();
    deploying.wait().unwrap();
    let said = runner.done(step(&scripts, "deploy after_script"), &[("CI_JOB_STATUS", "canceled")]);
    assert!(said.contains("taken back"), "{said}");
    runner.goes_on_and_ends_well(&foreign);
}

#[test]
fn an_interrupted_shell_leaves_other_deployments_alone() {
    let mut runner = Runner::new(SLOW);
    let foreign = runner.foreign();
    let deploying = runner.begin(&shell(), &[]);
    runner.waits(1);
    interrupt(&deploying, "-TERM");
    let output = deploying.wait_with_output().unwrap();
    let said = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
    assert_eq!(output.status.code(), Some(130), "{said}");
    assert!(said.contains("taken back"), "{said}");
    runner.goes_on_and_ends_well(&foreign);
}

#[test]
fn a_job_that_is_canceled_while_it_builds_cancels_nothing() {
    let mut runner = Runner::new(SLOW);
    let foreign = runner.foreign();
    let cancels = [
        (github("image"), "Cancel the deployment with the job"),
        (github("commit"), "Cancel the deployment with the job"),
        (gitlab(), "deploy after_script"),
    ];
    // The program is there: it was fetched before.
    fs::copy(env!("CARGO_BIN_EXE_playhead"), runner.folder.0.join("work/playhead")).unwrap();
    for (scripts, name) in cancels {
        let said = runner.done(step(&scripts, name), &[("CI_JOB_STATUS", "canceled")]);
        assert!(said.contains("nothing was asked for"), "{said}");
    }
    // The shell is interrupted in the middle of it.
    let docker = runner.folder.0.join("bin/docker");
    fs::write(docker, "#!/bin/sh\ntouch \"$HOME/building\"\nexec sleep 2 > /dev/null 2>&1\n").unwrap();
    let building = runner.begin(&shell(), &[]);
    kit::wait_until("the build", || runner.folder.0.join("home/building").exists());
    interrupt(&building, "-TERM");
    let output = building.wait_with_output().unwrap();
    assert!(!output.status.success() && output.stdout.is_empty(), "{output:?}");
    runner.goes_on_and_ends_well(&foreign);
}
