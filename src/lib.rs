//! Playhead: a deployment console.

pub mod api;
pub mod backend;
pub mod client;
pub mod lifecycle;
pub mod simulator;

#[cfg(target_arch = "wasm32")]
pub mod console;
