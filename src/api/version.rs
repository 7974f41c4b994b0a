//! Versions that can be picked: commits, image tags, chart versions.

use serde::Serialize;

use super::reading::readable;

use super::time::Time;

/// A commit, newest first in lists.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
pub struct Commit {
    /// The full hash.
    pub git_commit_id: String,
    /// When it was made.
    pub created_at: Time,
    /// The message; its first line is the subject.
    pub message: String,
    /// Who made it.
    pub author_name: String,
    /// The tag of an image built from it; empty for none.
    pub tag: String,
}

readable!(Commit { git_commit_id, created_at, message, author_name, tag });

/// The tags of an image, newest first.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
pub struct ImageVersions {
    /// The image's name.
    pub image_name: String,
    /// Its tags.
    pub versions: Vec<String>,
}

readable!(ImageVersions { image_name, versions });

/// The versions of a chart, newest first.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
pub struct ChartVersions {
    /// The chart's name.
    pub chart_name: String,
    /// Its versions.
    pub versions: Vec<String>,
}

readable!(ChartVersions { chart_name, versions });
