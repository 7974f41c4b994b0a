//! Icons: empty elements that style/icons.css gives their shape. Always beside a word or an accessible name.

use leptos::prelude::*;

use crate::console::element::view;
use crate::console::read::Read;
use crate::lifecycle::Action;

/// The icons there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Glyph {
    /// A play triangle.
    Deploy,
    /// One arrow in a circle.
    Redeploy,
    /// Two arrows in a circle.
    Restart,
    /// A square.
    Stop,
    /// A crossed circle.
    Cancel,
    /// A commit on its line.
    Version,
    /// An arrow up to a line.
    Latest,
    /// A cross.
    Close,
    /// A magnifying glass.
    Search,
    /// A chevron.
    ChevronDown,
    /// From here to there.
    Arrow,
    /// Three dots.
    More,
    /// Two bars.
    Pause,
    /// A triangle against a bar.
    Step,
    /// An arrow down.
    Download,
    /// An arrow up.
    Upload,
    /// Two sliders.
    Configure,
    /// A sun.
    Light,
    /// A moon.
    Dark,
    /// A screen.
    Auto,
    /// A clock.
    Clock,
    /// An arrow back.
    Undo,
}

impl Glyph {
    /// The name style/icons.css knows it by.
    fn name(self) -> &'static str {
        match self {
            Glyph::Deploy => "deploy",
            Glyph::Redeploy => "redeploy",
            Glyph::Restart => "restart",
            Glyph::Stop => "stop",
            Glyph::Cancel => "cancel",
            Glyph::Version => "version",
            Glyph::Latest => "latest",
            Glyph::Close => "close",
            Glyph::Search => "search",
            Glyph::ChevronDown => "down",
            Glyph::Arrow => "arrow",
            Glyph::More => "more",
            Glyph::Pause => "pause",
            Glyph::Step => "step",
            Glyph::Download => "download",
            Glyph::Upload => "upload",
            Glyph::Configure => "configure",
            Glyph::Light => "light",
            Glyph::Dark => "dark",
            Glyph::Auto => "auto",
            Glyph::Clock => "clock",
            Glyph::Undo => "undo",
        }
    }
}

impl From<Action> for Glyph {
    fn from(action: Action) -> Glyph {
        match action {
            Action::Deploy => Glyph::Deploy,
            Action::Redeploy => Glyph::Redeploy,
            Action::Restart => Glyph::Restart,
            Action::Stop => Glyph::Stop,
            Action::Cancel => Glyph::Cancel,
            Action::DeployVersion => Glyph::Version,
            Action::DeployLatest => Glyph::Latest,
        }
    }
}

/// One icon, in the colour of the text beside it.
#[component]
pub fn Icon(
    /// Which.
    #[prop(into)]
    name: Read<Glyph>,
) -> AnyView {
    view! { <span class="icon" data-icon=move || name.get().name() aria-hidden="true"></span> }
}
