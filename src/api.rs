//! The wire contract: paths, bodies and answers, used by the client and by the backend alike.
//!
//! The read and action calls are those of the public REST API that the official clients speak; paths under `/x` are our
//! own and carry what that API has no words for (pods, outcome per item, faults, the clock's world).
//!
//! Invariants: nobody else knows JSON. Nothing of the rest of the crate is imported. Statuses, kinds and origins stay
//! the strings they are on the wire, because enumerations grow: an unknown value or field is never an error. A field is
//! listed here only when the console or a test reads it.

pub mod action;
pub mod configure;
pub mod details;
pub mod environment;
pub mod error;
pub mod fault;
pub mod history;
pub mod http;
pub mod live;
pub mod log;
pub mod organization;
pub mod outcome;
pub mod push;
pub mod queue;
pub mod reading;
pub mod results;
pub mod routes;
pub mod scenario;
pub mod service;
pub mod stage;
pub mod status;
pub mod time;
pub mod version;

pub use error::ErrorBody;
pub use http::{Method, Request, Response};
pub use results::{Reference, Results};
pub use routes::Endpoint;
pub use time::Time;
