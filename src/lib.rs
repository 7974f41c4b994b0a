//! Playhead: a deployment console.
//!
//! # Architecture
//!
//! ```text
//! console ──► client ──► api ◄── backend ──► simulator ──► lifecycle
//!    └───────────┴───────────────────────────────────────────▲
//! ```
//!
//! - [`lifecycle`]: the law: what is allowed, why not, what happens. Pure.
//! - [`simulator`]: what a cluster would do, as a deterministic discrete-event model; it proposes events, the lifecycle
//!   says what they mean.
//! - [`backend`]: a store and one function from request to response over the simulator; no sockets, no browser.
//! - [`api`]: the wire contract, shared by both sides. Nobody else knows JSON.
//! - [`client`]: typed calls over a transport: the backend in this page, or a server.
//! - `console` (wasm only): markup and input over the client; buttons are made from the lifecycle's rule. Its `ondemand`
//!   names what does not come with the page; the binary's `rest` module is where the program is cut.
//! - `server` (native only): the backend over HTTP, with its journal on disk; or a live API of the contract, passed on.
//! - `cli` (native only): the command line, over the same client.
//!
//! Arrows point one way; `tests/architecture.rs` fails when an import runs against them. Crates of the browser are
//! dependencies of the wasm target only, those of the server and the command line of all others.

#![forbid(unsafe_code)]

pub mod api;
pub mod backend;
pub mod client;
pub mod lifecycle;
pub mod simulator;

#[cfg(not(target_arch = "wasm32"))]
pub mod cli;
#[cfg(target_arch = "wasm32")]
pub mod console;
#[cfg(not(target_arch = "wasm32"))]
pub mod server;
