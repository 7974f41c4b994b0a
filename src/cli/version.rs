//! Versions to deploy: the flag has to be that of the service's source, and the first digits of a commit will do.

use std::sync::Arc;

use super::facts::Member;
use super::failure::Failure;
use super::options::Version;
use super::session::Session;
use crate::client::order::word;
use crate::lifecycle::{Refusal, Source};

/// How many digits a full commit id has.
const FULL: usize = 40;

/// The chosen version of a service, if one is chosen.
pub async fn chosen(session: &Session, member: &Member, version: &Version) -> Result<Option<Arc<str>>, Failure> {
    let Version { commit, tag, chart_version } = version;
    match (member.source, commit, tag, chart_version) {
        (_, None, None, None) => Ok(None),
        (Source::Git, Some(commit), ..) => self::commit(session, member, commit).await.map(Some),
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

async fn commit(session: &Session, member: &Member, start: &str) -> Result<Arc<str>, Failure> {
    let start = start.to_ascii_lowercase();
    if start.len() >= FULL {
        return Ok(start.into());
    }
    let commits = session.told(session.client.commits(word(member.kind), member.id).await)?;
    let fitting: Vec<&str> =
        commits.iter().map(|commit| commit.git_commit_id.as_str()).filter(|id| id.starts_with(&start)).collect();
    match fitting.as_slice() {
        [one] => Ok((*one).into()),
        [] => Err(Failure::Usage(format!(
            "none of the newest commits of {} begins with {start:?}. Use the full id, or push it first.",
            member.name
        ))),
        many => Err(Failure::Usage(format!("{start:?} begins {} commits: {}.", many.len(), many.join(", ")))),
    }
}

/// The newest commit of a service built from git.
pub async fn newest(session: &Session, member: &Member) -> Result<Arc<str>, Failure> {
    let commits = session.told(session.client.commits(word(member.kind), member.id).await)?;
    let first = commits.first().map(|commit| commit.git_commit_id.as_str().into());
    first.ok_or_else(|| Failure::Refused(format!("{}: the server knows no commit of it.", member.name)))
}
