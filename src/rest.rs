//! What does not come with the page (see `console::ondemand`), and the seam at which it is cut off.
//!
//! With the feature `split`, `cargo xtask build` makes two programs of this one: what only [`seam::rest`] reaches becomes
//! a file of its own, fetched at the first call. Without, it is all one program.

use std::pin::Pin;
use std::rc::Rc;

use playhead::backend::world_file::{WORLD_FILES, WorldFiles};
use playhead::client::Loopback;
use playhead::client::loopback::keeper;
use playhead::console::ondemand::{Loading, NotLoaded, OnDemand, tell_later};
use playhead::console::{connection, toast};

/// Beginning to keep a world.
type Keeping = Pin<Box<dyn Future<Output = ()>>>;

/// All that is behind the seam.
pub struct Rest {
    console: OnDemand,
    files: WorldFiles,
    keep: fn(Loopback, String) -> Keeping,
}

impl Rest {
    fn all() -> Rest {
        Rest { console: OnDemand::all(), files: WORLD_FILES, keep }
    }
}

/// Loads it. The backend in the page, if there is one, is told how to read and write world files, and its world, called
/// as given, is kept from then on.
pub fn load(demo: Option<(Loopback, String)>) -> Loading {
    Box::pin(async move {
        let rest = seam::rest().await.map_err(|_| NotLoaded)?;
        if let Some((loopback, world)) = demo {
            loopback.set_files(rest.files);
            if !loopback.is_kept() {
                (rest.keep)(loopback, world).await;
            }
        }
        Ok(rest.console)
    })
}

fn tell(words: String, why: String) {
    if connection::is_open() { toast::failed(words, why) } else { tell_later(words, why) }
}

/// Keeps a world; what goes wrong with that is told by toasts, before there is a console as soon as there is.
fn keep(loopback: Loopback, world: String) -> Keeping {
    Box::pin(async move { keeper::keep(&loopback, &world, Rc::new(tell)).await })
}

#[cfg(feature = "split")]
mod seam {
    #![allow(unsafe_code, reason = "the seam is a function that is imported from another file: the macro declares it")]

    use wasm_split_helpers::{SplitLoaderError, wasm_split};

    use super::Rest;

    /// Loads the other program.
    #[wasm_split(rest, fallible)]
    pub fn rest() -> Result<Box<Rest>, SplitLoaderError> {
        Ok(Box::new(Rest::all()))
    }
}

#[cfg(not(feature = "split"))]
mod seam {
    use std::convert::Infallible;

    use super::Rest;

    /// It is there already.
    pub async fn rest() -> Result<Rest, Infallible> {
        Ok(Rest::all())
    }
}
