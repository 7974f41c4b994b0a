//! What the native server carries, with 1,000 environments of 10 services and `wrk` (Debian's package) as the load:
//! `cargo bench --bench server`. What succeeds is counted, and compared with what is aimed at. `MINUTES=10` also watches
//! the memory for so long, under both loads.

#![allow(missing_docs)]
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "a bench is test code")]

#[cfg(not(target_arch = "wasm32"))]
#[path = "server/load.rs"]
mod load;

fn main() {
    // There is no server in the browser.
    #[cfg(not(target_arch = "wasm32"))]
    load::main();
}
