//! A server, over the browser's fetch or natively over a blocking client: the same public face.

#[cfg(target_arch = "wasm32")]
mod browser;
#[cfg(not(target_arch = "wasm32"))]
mod native;

#[cfg(target_arch = "wasm32")]
pub use browser::Http;
#[cfg(not(target_arch = "wasm32"))]
pub use native::{Http, never_left};
