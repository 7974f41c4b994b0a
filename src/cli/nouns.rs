//! The nouns for services: which kinds each stands for, and what it does not have.

use crate::lifecycle::Kind;

/// A noun for services.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Noun {
    /// Of any kind.
    Service,
    /// Applications.
    Application,
    /// Containers.
    Container,
    /// Jobs of either sort.
    Job,
    /// Helm charts.
    Helm,
    /// Databases of either sort.
    Database,
}

impl Noun {
    /// The kinds it stands for; none: every kind.
    pub fn kinds(self) -> &'static [Kind] {
        match self {
            Noun::Service => &[],
            Noun::Application => &[Kind::Application],
            Noun::Container => &[Kind::Container],
            Noun::Job => &[Kind::LifecycleJob, Kind::CronJob],
            Noun::Helm => &[Kind::Helm],
            Noun::Database => &[Kind::ContainerDatabase, Kind::ManagedDatabase],
        }
    }
}

/// What a noun does not have, it does not show; asked for nevertheless, the answer says why not.
const HIDDEN_ARGUMENTS: [(&str, &str, &[&str]); 12] = [
    ("application", "deploy", &["tag", "chart_version"]),
    ("container", "deploy", &["commit", "chart_version"]),
    ("job", "deploy", &["chart_version"]),
    ("helm", "deploy", &["tag"]),
    ("database", "deploy", &["commit", "tag", "chart_version"]),
    ("application", "plan", &["tag", "chart_version"]),
    ("container", "plan", &["commit", "chart_version"]),
    ("job", "plan", &["chart_version"]),
    ("helm", "plan", &["tag"]),
    ("database", "plan", &["commit", "tag", "chart_version"]),
    ("job", "configure", &["min_instances", "max_instances"]),
    ("database", "configure", &["min_instances", "max_instances"]),
];
const HIDDEN_VERBS: [(&str, &str); 5] = [
    ("environment", "restart"),
    ("job", "restart"),
    ("helm", "restart"),
    ("helm", "configure"),
    ("database", "versions"),
];

/// Hides what a noun does not have.
pub fn tidy(mut command: clap::Command) -> clap::Command {
    for (noun, verb, arguments) in HIDDEN_ARGUMENTS {
        command = command.mut_subcommand(noun, |noun| {
            noun.mut_subcommand(verb, |verb| {
                arguments.iter().fold(verb, |verb, name| verb.mut_arg(name, |argument| argument.hide(true)))
            })
        });
    }
    // A database has no versions to pick from.
    command = command.mut_subcommand("database", |noun| {
        noun.mut_subcommand("deploy", |verb| verb.about("Deploys it").long_about("Deploys it"))
    });
    for (noun, verb) in HIDDEN_VERBS {
        command = command.mut_subcommand(noun, |noun| noun.mut_subcommand(verb, |verb| verb.hide(true)));
    }
    command
}
