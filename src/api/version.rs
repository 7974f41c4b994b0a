//! Versions that can be picked: commits, image tags, chart versions.

use serde::{Deserialize, Serialize};

use super::time::Time;

/// A commit, newest first in lists.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Commit {
    /// The full hash.
    pub git_commit_id: String,
    /// When it was made.
    pub created_at: Time,
    /// The message; its first line is the subject.
    #[serde(default)]
    pub message: String,
    /// Who made it.
    #[serde(default)]
    pub author_name: String,
    /// The tag of an image built from it; empty for none.
    #[serde(default)]
    pub tag: String,
}

/// The tags of an image, newest first.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ImageVersions {
    /// The image's name.
    pub image_name: String,
    /// Its tags.
    pub versions: Vec<String>,
}

/// The versions of a chart, newest first.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ChartVersions {
    /// The chart's name.
    pub chart_name: String,
    /// Its versions.
    pub versions: Vec<String>,
}
