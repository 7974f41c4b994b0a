//! What lists and references look like everywhere in the contract.

use serde::{Deserialize, Serialize};

/// A list: every list of the contract comes as `{"results": […]}`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(bound(deserialize = "T: Deserialize<'de>"))]
pub struct Results<T> {
    /// The items; missing means none.
    #[serde(default = "Vec::new")]
    pub results: Vec<T>,
}

/// A reference to something else by its id.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reference {
    /// The id.
    pub id: String,
}
