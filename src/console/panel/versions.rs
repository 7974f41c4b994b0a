//! Versions that can be picked: commits, image tags or chart versions, read once and searched in memory.

use std::sync::Arc;

use crate::api::version::Commit;
use crate::client::order::word;
use crate::client::{Client, Error};
use crate::console::format::Millis;
use crate::console::legible::legible;
use crate::console::state::row::ServiceRow;
use crate::lifecycle::Source;

/// One version.
#[derive(Clone, Debug, PartialEq)]
pub struct Choice {
    /// What is sent: the whole hash, the tag, the chart version.
    pub version: Arc<str>,
    /// The first line of the commit message; empty for what is no commit.
    pub subject: Arc<str>,
    /// Who wrote the commit; empty for what is no commit.
    pub author: Arc<str>,
    /// The tag of the commit; empty for none.
    pub tag: Arc<str>,
    /// When it was made, where told.
    pub at: Option<Millis>,
    /// What the search looks in, in lower case.
    haystack: Arc<str>,
}

impl Choice {
    fn named(version: String) -> Choice {
        let haystack = version.to_lowercase().into();
        let none: Arc<str> = "".into();
        Choice { version: version.into(), subject: none.clone(), author: none.clone(), tag: none, at: None, haystack }
    }

    fn commit(commit: Commit) -> Choice {
        let subject = commit.message.lines().next().unwrap_or_default();
        let haystack =
            format!("{} {} {} {}", commit.git_commit_id, commit.message, commit.author_name, commit.tag).to_lowercase();
        Choice {
            subject: legible(subject),
            version: commit.git_commit_id.into(),
            author: legible(&commit.author_name),
            tag: legible(&commit.tag),
            at: Some(commit.created_at.0),
            haystack: haystack.into(),
        }
    }

    /// Whether every word of the search stands somewhere in subject, author, hash or tag. `words` are in lower case.
    pub fn matches(&self, words: &[&str]) -> bool {
        words.iter().all(|word| self.haystack.contains(word))
    }
}

/// All versions of a service, newest first as the server gives them.
///
/// # Errors
/// As the calls it makes. A service without versions has none.
pub async fn versions(
    client: Client,
    organization: Option<Arc<str>>,
    row: Arc<ServiceRow>,
) -> Result<Vec<Choice>, Error> {
    let organization = organization.unwrap_or_default();
    let named = |names: Vec<String>| names.into_iter().map(Choice::named).collect::<Vec<_>>();
    match row.source {
        Source::Git => {
            let commits = client.commits(word(row.kind), row.id).await?;
            Ok(commits.into_iter().map(Choice::commit).collect())
        }
        Source::Image => {
            let service = client.service(word(row.kind), row.id).await?.plain;
            let image = service.source.and_then(|source| source.image);
            let (registry, name) = match image {
                Some(image) => (image.registry.id, image.image_name),
                None => (service.registry.unwrap_or_default().id, service.image_name.unwrap_or_default()),
            };
            let images = client.images(&organization, &registry, &name).await?;
            let own = images.into_iter().filter(|image| image.image_name == name);
            Ok(named(own.flat_map(|image| image.versions).collect()))
        }
        Source::Chart => {
            let service = client.service(word(row.kind), row.id).await?.plain;
            let chart = service.source.and_then(|source| source.repository).unwrap_or_default();
            let charts = client.charts(&organization, &chart.repository.id, &chart.chart_name).await?;
            let own = charts.into_iter().filter(|found| found.chart_name == chart.chart_name);
            Ok(named(own.flat_map(|chart| chart.versions).collect()))
        }
        Source::None | Source::Unknown => Ok(Vec::new()),
    }
}

/// The newest commit of a service with a git source, if it has any.
///
/// # Errors
/// As the call it makes.
pub async fn latest(client: Client, row: Arc<ServiceRow>) -> Result<Option<Choice>, Error> {
    let commits = client.commits(word(row.kind), row.id).await?;
    // The contract lists the newest first.
    Ok(commits.into_iter().next().map(Choice::commit))
}
