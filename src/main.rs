//! Entry point: in the browser the console; natively a pointer to the commands.

#[cfg(target_arch = "wasm32")]
fn main() {
    playhead::console::mount();
}

#[cfg(not(target_arch = "wasm32"))]
fn main() {
    println!("Playhead runs in the browser: cargo xtask serve");
}
