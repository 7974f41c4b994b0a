//! The console: markup and input over the client; no rule of its own.
//!
//! - `route`: places and their URLs; `state`: all that is known, and the way to the server;
//! - `environments`, `services`, `deployments`, `settings`: the pages; `table`, `list`, `play`, `selection`, `keyboard`: what the lists are made of;
//! - `offer`: what may be asked for;
//! - `panel`, `toast`, `demo`, `theme`, `parts`, `format`: what lies over pages, and the small parts;
//! - `legible`: how texts from outside stand among ours;
//! - `element`, `read`: what markup is made into, and what follows values; `ondemand`: what does not come with the page;
//!   `opened`: which panel lies over it; `connection`: what it talks to.

pub mod app;
pub mod connection;
mod curl;
pub mod demo;
pub mod deployments;
pub mod element;
pub mod environments;
pub mod format;
pub mod keyboard;
pub mod legible;
pub mod list;
pub mod offer;
pub mod ondemand;
pub mod opened;
pub mod page;
pub mod panel;
pub mod parts;
pub mod play;
pub mod read;
pub mod route;
pub mod row_parts;
pub mod selection;
pub mod services;
pub mod settings;
pub mod shell;
pub mod state;
pub mod table;
pub mod theme;
pub mod toast;

use leptos::prelude::document;

use crate::client::Client;

/// Mounts the console into the page, in place of the shell that was painted before it; `load` brings what it does not
/// come with. A page that says that it could not start stays out of it: a part of it may not be the one that was built.
pub fn mount(client: Client, load: ondemand::Load) {
    if document().query_selector(".recovery").ok().flatten().is_some() {
        return;
    }
    let shell = document().get_element_by_id("shell");
    connection::open(client, load);
    if let Some(shell) = shell {
        shell.remove();
    }
}
