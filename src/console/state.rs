//! The store.

pub mod row;
