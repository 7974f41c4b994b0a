//! Versions to deploy: the flag has to be that of the service's source, and the first digits of a commit will do.

use std::collections::HashMap;
use std::sync::Arc;

use serde_json::{Value, json};

use super::facts::Member;
use super::failure::Failure;
use super::options::Version;
use super::output::{Cell, Table};
use super::session::Session;
use super::show::{or_dash, short};
use super::snapshot::Snapshot;
use crate::api::version::Commit;
use crate::client::order::word;
use crate::lifecycle::rule::allowed_in_environment;
use crate::lifecycle::{Action, Refusal, ServiceId, Source, Status};

/// How many digits a full commit id has.
const FULL: usize = 40;

/// The chosen version of a service, if one is chosen.
pub async fn chosen(
    session: &Session,
    snapshot: &Snapshot,
    member: &Member,
    version: &Version,
) -> Result<Option<Arc<str>>, Failure> {
    let Version { commit, tag, chart_version } = version;
    match (member.source, commit, tag, chart_version) {
        (_, None, None, None) => Ok(None),
        (Source::Git, Some(commit), ..) => self::commit(session, snapshot, member, commit).await.map(Some),
        (Source::Image, _, Some(tag), _) => Ok(Some(tag.as_str().into())),
        (Source::Chart, _, _, Some(chart)) => Ok(Some(chart.as_str().into())),
        (Source::None, ..) => Err(Failure::Refused(Refusal::NoVersions { kind: member.kind }.to_string())),
        (source, ..) => {
            let (from, flag) = match source {
                Source::Git => ("built from git", "--commit"),
                Source::Image => ("run from an image", "--tag"),
                Source::Chart => ("a chart of a repository", "--chart-version"),
                Source::None | Source::Unknown => ("of a source that the server does not tell", "no version"),
            };
            Err(Failure::Usage(format!("{} is {from}: use {flag}.", member.name)))
        }
    }
}

async fn commit(session: &Session, snapshot: &Snapshot, member: &Member, start: &str) -> Result<Arc<str>, Failure> {
    let start = start.to_ascii_lowercase();
    if start.len() >= FULL {
        return Ok(start.into());
    }
    let commits = session.told(session.client.commits(word(member.kind), member.id).await)?;
    let name = &member.name;
    let fitting: Vec<&str> =
        commits.iter().map(|commit| commit.git_commit_id.as_str()).filter(|id| id.starts_with(&start)).collect();
    match fitting.as_slice() {
        [one] => Ok((*one).into()),
        [] => Err(Failure::Usage(format!(
            "none of the newest commits of {name} begins with {start:?}. Use the full id, or push it first. To see them: \
             playhead {} versions {} -e {}",
            word(member.kind),
            member.called(),
            snapshot.called()
        ))),
        many => Err(Failure::Usage(format!(
            "{start:?} begins {} commits of {}. Give more digits.",
            many.len(),
            member.name
        ))),
    }
}

/// The versions that services would be deployed with, or why one has none.
pub type Versions = HashMap<ServiceId, Result<Arc<str>, String>>;

/// Of each of these services its newest commit, or why it has none to deploy.
pub async fn newest(session: &Session, members: &[&Member]) -> Result<Versions, Failure> {
    let mut all = Versions::new();
    for member in members {
        let mut facts = member.facts();
        if !member.is_told() {
            // What is not told never refuses: its source decides.
            facts.status = Status::Ready;
        }
        let newest = match allowed_in_environment(Action::DeployLatest, &facts) {
            Ok(()) => {
                let commits = session.told(session.client.commits(word(member.kind), member.id).await)?;
                let first = commits.first().map(|commit| commit.git_commit_id.as_str().into());
                first.ok_or_else(|| "the server knows no commit of it.".to_owned())
            }
            Err(refusal) => Err(refusal.to_string()),
        };
        all.insert(member.id, newest);
    }
    Ok(all)
}

/// A version that can be deployed.
struct Choice {
    version: String,
    /// Of a commit: when, by whom, its subject.
    commit: Option<(String, String, String)>,
}

impl From<String> for Choice {
    fn from(version: String) -> Choice {
        Choice { version, commit: None }
    }
}

impl From<Commit> for Choice {
    fn from(commit: Commit) -> Choice {
        let subject = commit.message.lines().next().unwrap_or_default().to_owned();
        let told = (commit.created_at.to_string(), commit.author_name, subject);
        Choice { version: commit.git_commit_id, commit: Some(told) }
    }
}

/// Prints the versions that a service can be deployed with, newest first, at most `limit`.
pub async fn print(session: &Session, snapshot: &Snapshot, member: &Member, limit: usize) -> Result<(), Failure> {
    let mut all = choices(session, snapshot, member).await?;
    all.truncate(limit);
    if session.out.json {
        let one = |choice: &Choice| {
            let (at, author, subject) = choice
                .commit
                .clone()
                .map_or((None, None, None), |(at, author, subject)| (Some(at), Some(author), Some(subject)));
            json!({
                "version": choice.version,
                "state": Some(state(member, &choice.version)).filter(|state| !state.is_empty()),
                "created_at": at,
                "author": author,
                "subject": subject,
            })
        };
        return session.out.json(&Value::Array(all.iter().map(one).collect()));
    }
    let git = member.source == Source::Git;
    let mut table =
        Table::new(if git { &["VERSION", "STATE", "CREATED", "BY", "SUBJECT"] } else { &["VERSION", "STATE"] });
    for choice in &all {
        let mut row: Vec<Cell> = vec![short(&choice.version).into(), or_dash(state(member, &choice.version)).into()];
        if let Some((at, author, subject)) = &choice.commit {
            row.extend([at, author, subject].map(|text| Cell::from(or_dash(text))));
        }
        table.row(row);
    }
    session.out.table(&table)
}

async fn choices(session: &Session, snapshot: &Snapshot, member: &Member) -> Result<Vec<Choice>, Failure> {
    let organization = snapshot.environment.organization.id.as_str();
    let configured = &member.configured;
    let named = |names: Vec<String>| names.into_iter().map(Choice::from).collect::<Vec<_>>();
    match member.source {
        Source::Git => {
            let commits = session.told(session.client.commits(word(member.kind), member.id).await)?;
            Ok(commits.into_iter().map(Choice::from).collect())
        }
        Source::Image => {
            // Of a job it is in its source, of a container it is the service itself.
            let image = configured.source.as_ref().and_then(|source| source.image.as_ref());
            let (registry, name) = match image {
                Some(image) => (Some(&image.registry), Some(&image.image_name)),
                None => (configured.registry.as_ref(), configured.image_name.as_ref()),
            };
            let (Some(registry), Some(name)) = (registry, name) else { return Err(no_source(member)) };
            let images = session.told(session.client.images(organization, &registry.id, name).await)?;
            let own = images.into_iter().filter(|image| image.image_name == *name);
            Ok(named(own.flat_map(|image| image.versions).collect()))
        }
        Source::Chart => {
            let chart = configured.source.as_ref().and_then(|source| source.repository.as_ref());
            let Some(chart) = chart else { return Err(no_source(member)) };
            let charts = session.client.charts(organization, &chart.repository.id, &chart.chart_name).await;
            let own = session.told(charts)?.into_iter().filter(|found| found.chart_name == chart.chart_name);
            Ok(named(own.flat_map(|chart| chart.versions).collect()))
        }
        Source::None => Err(Failure::Refused(Refusal::NoVersions { kind: member.kind }.to_string())),
        Source::Unknown => Err(no_source(member)),
    }
}

fn no_source(member: &Member) -> Failure {
    Failure::Refused(format!("{}: the server does not tell where its versions come from.", member.name))
}

/// What a version is to the service.
fn state(member: &Member, version: &str) -> &'static str {
    let is = |told: &Option<String>| told.as_deref() == Some(version);
    match (member.deployed_version() == Some(version), is(&member.version) || is(&member.desired_version)) {
        (true, _) => "deployed",
        (false, true) => "desired",
        (false, false) => "",
    }
}
