//! Entry point: in the browser the console; natively a pointer to the commands.

#[cfg(target_arch = "wasm32")]
fn main() {
    use playhead::backend::Backend;
    use playhead::client::{Client, Clock, Loopback};

    let clock = Clock::start(js_sys::Date::now() as i64);
    playhead::console::mount(Client::loopback(Loopback::new(Backend, clock)));
}

#[cfg(not(target_arch = "wasm32"))]
fn main() {
    println!("Playhead runs in the browser: cargo xtask serve");
}
