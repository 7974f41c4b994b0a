//! What lists and references look like everywhere in the contract.

use serde::Serialize;

use super::reading::{Read, Reader, readable};

/// A list: every list of the contract comes as `{"results": […]}`.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
pub struct Results<T> {
    /// The items; missing means none.
    pub results: Vec<T>,
}

impl<T: Read> Read for Results<T> {
    fn read(from: &Reader<'_>) -> Results<T> {
        from.object();
        Results { results: Read::read(&from.key("results")) }
    }
}

/// A reference to something else by its id.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
pub struct Reference {
    /// The id.
    pub id: String,
}

readable!(Reference { id });
