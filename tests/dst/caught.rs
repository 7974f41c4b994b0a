//! A panic of what is tested is a failure like any other: the seed is told, and the steps are made short.

use std::cell::RefCell;
use std::panic::{self, AssertUnwindSafe};
use std::sync::Once;

thread_local! {
    /// What the panic says that is caught in this thread; none: none is to be caught, and it is shown as ever.
    static SAID: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// What comes of it; what it says and where, if it panics. Nothing is printed: shrinking panics again and again.
pub fn caught<T>(run: impl FnOnce() -> T) -> Result<T, String> {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let shown = panic::take_hook();
        panic::set_hook(Box::new(move |panic| {
            let caught = SAID.with_borrow_mut(|said| said.as_mut().map(|said| *said = panic.to_string()));
            if caught.is_none() {
                shown(panic);
            }
        }));
    });
    SAID.set(Some(String::new()));
    let outcome = panic::catch_unwind(AssertUnwindSafe(run));
    let said = SAID.take().unwrap_or_default();
    outcome.map_err(|_| said)
}
