//! Small parts, the same everywhere: a status, pods, a version, an age, a reason, a dialog.
//!
//! Invariants: signals in, callbacks out; no request is sent from here, and no rule is decided.

mod age;
mod choice;
mod dialog;
mod icon;
mod list;
mod pods;
mod reason;
mod status;
mod version;

pub use age::Age;
pub use choice::choice;
pub use dialog::{Dialog, DialogForm, use_dialog};
pub use icon::{Glyph, Icon};
pub use list::{Rows, VirtualList};
pub use pods::{Pods, pods_words};
pub use reason::{Mark, Reason};
pub use status::{RunningMark, StatusChip, Tone};
pub use version::VersionLabel;
