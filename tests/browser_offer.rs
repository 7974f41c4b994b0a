//! Random worlds, asked and planned by what the console itself makes of the wire (law §9.2): its button is enabled exactly
//! when the request is accepted, and its plan is what comes of it. `tests/dst.rs` drives the command line the same way.
#![cfg(target_arch = "wasm32")]
#![allow(missing_docs)]
#![allow(clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "a test may fail loudly")]

#[path = "dst/reader/console.rs"]
mod reader;
#[path = "dst/wire.rs"]
#[allow(dead_code, reason = "natively a seed that fails is made short")]
mod wire;
#[path = "kit/worlds.rs"]
mod worlds;

/// A browser shows where a panic was, and ends.
mod caught {
    pub fn caught<T>(run: impl FnOnce() -> T) -> Result<T, String> {
        Ok(run())
    }
}

use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_browser);

const SEEDS: u64 = 40;

#[wasm_bindgen_test]
fn what_the_console_offers_is_accepted_and_what_it_plans_comes_to_pass() {
    for seed in 0..SEEDS {
        if let Err((steps, why)) = wire::run(seed) {
            panic!("seed {seed}: {why}\nafter {steps:#?}");
        }
    }
}
