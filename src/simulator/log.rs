//! The log lines of a service's part in a request. They are not kept: they follow from the record, whenever asked.
//!
//! Bounded: at most some 60 lines for each part, however long it takes.

use crate::lifecycle::{Action, Failure, Kind, Note};

use super::configuration::Version;
use super::random;
use super::record::{Item, Outcome};
use super::service::Service;
use super::world::Millis;

/// One line of a log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// When, Unix ms.
    pub at: Millis,
    /// The step it belongs to: `queue`, `build`, `deploy`, `stop`, `restart`, `cancel`, `end`.
    pub step: &'static str,
    /// How grave it is.
    pub level: Level,
    /// The text.
    pub text: String,
}

/// How grave a line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// It goes as it should.
    Info,
    /// It was left out, or canceled.
    Warning,
    /// It failed.
    Error,
}

/// How many lines of one sort are told at most.
const MOST: usize = 24;

struct Log<'a> {
    service: &'a Service,
    item: &'a Item,
    seed: u64,
    now: Millis,
    lines: Vec<Line>,
}

/// The lines of one service's part in a request, up to `now`, oldest first.
pub fn lines(seed: u64, service: &Service, item: &Item, now: Millis) -> Vec<Line> {
    let mut log = Log { service, item, seed, now, lines: Vec::new() };
    if let Some(at) = item.queued_at {
        log.say(at, "queue", format!("{}: {} is queued", service.name, item.action.words()));
    }
    log.build();
    match item.action {
        Action::Stop => log.act("stop", "Stopping"),
        Action::Restart => log.act("restart", "Replacing pods, same version and configuration:"),
        Action::Deploy | Action::Redeploy | Action::DeployVersion | Action::DeployLatest | Action::Cancel => {
            log.deploy()
        }
    }
    if let Some(at) = item.canceling_at {
        log.say_as(Level::Warning, at, "cancel", "Cancel received: going back to what ran before".into());
    }
    log.end();
    log.lines.sort_by_key(|line| line.at);
    log.lines
}

impl Log<'_> {
    fn say(&mut self, at: Millis, step: &'static str, text: String) {
        self.say_as(Level::Info, at, step, text);
    }

    fn say_as(&mut self, level: Level, at: Millis, step: &'static str, text: String) {
        if at <= self.now {
            self.lines.push(Line { at, step, level, text });
        }
    }

    /// Says `texts` one after another from `from`, as long as `until` is not reached; the last one is repeated.
    fn tell(&mut self, step: &'static str, from: Millis, until: Millis, texts: &[String]) {
        let mut at = from;
        for place in 0..MOST {
            let Some(text) = texts.get(place).or(texts.last()) else { return };
            let draw = random::draw(self.seed, self.service.id, 100 + place as u64, from.unsigned_abs());
            at += random::between(600, 2_600, draw) + if place >= texts.len() { 5_000 } else { 0 };
            if at >= until {
                return;
            }
            self.say(at, step, text.clone());
        }
    }

    fn version(&self) -> String {
        self.item.to.as_ref().map_or_else(|| "the current version".into(), Version::to_string)
    }

    fn build(&mut self) {
        let Some(from) = self.item.building_at else { return };
        let over = [self.item.deploying_at, self.item.canceling_at, self.item.ended_at].into_iter().flatten().min();
        let (version, name) = (self.version(), self.service.name.clone());
        self.say(from, "build", format!("Cloning the repository of {name}"));
        let texts = [
            format!("HEAD is now at {version}"),
            "Looking for a build cache".into(),
            "[1/6] FROM base image".into(),
            "[2/6] COPY dependency manifest".into(),
            "[3/6] RUN fetch dependencies".into(),
            "[4/6] COPY sources".into(),
            "[5/6] RUN build".into(),
            "[6/6] COPY artifacts into the runtime image".into(),
            "Still building".into(),
        ];
        self.tell("build", from, over.unwrap_or(self.now + 1), &texts);
        let Some(over) = over else { return };
        match (&self.item.note, self.item.deploying_at) {
            (_, Some(_)) => self.say(over, "build", format!("Image {name}:{version} is built and pushed")),
            (Some(Note::Failed(Failure::Push)), None) => {
                let text = format!("pushing {name}:{version} was denied by the registry");
                self.say_as(Level::Error, over, "build", text);
            }
            (Some(Note::Failed(_)), None) => {
                self.say_as(Level::Error, over, "build", "the build command exited with code 1".into())
            }
            (_, None) => {}
        }
    }

    fn deploy(&mut self) {
        let Some(from) = self.item.deploying_at else { return };
        let over = self.item.canceling_at.or(self.item.ended_at).unwrap_or(self.now + 1);
        let version = self.version();
        let texts: Vec<String> = match self.service.kind {
            Kind::LifecycleJob => vec!["Job container started".into(), "Executing".into()],
            Kind::CronJob => vec!["Applying the schedule".into()],
            Kind::Unknown => vec!["Applying the configuration".into()],
            Kind::ManagedDatabase => {
                vec!["Asking the cloud provider for the database".into(), "The cloud provider is working on it".into()]
            }
            Kind::Helm => vec!["Rendering the chart".into(), "Upgrading the release".into(), "Waiting for pods".into()],
            Kind::Application | Kind::Container | Kind::ContainerDatabase => {
                vec!["Pulling the image".into(), "Container started".into(), "Waiting for the readiness probe".into()]
            }
        };
        self.say(from, "deploy", format!("Deploying {} at {version}", self.service.name));
        self.tell("deploy", from, over, &texts);
    }

    fn act(&mut self, step: &'static str, words: &str) {
        let Some(from) = self.item.deploying_at else { return };
        self.say(from, step, format!("{words} {}", self.service.name));
    }

    fn end(&mut self) {
        let Some(at) = self.item.ended_at else { return };
        let note = self.item.note.as_ref().map(|note| format!(": {note}")).unwrap_or_default();
        let (level, words) = match self.item.outcome {
            Outcome::Accepted => return,
            Outcome::Skipped => (Level::Warning, "Left out"),
            Outcome::Done => (Level::Info, "Done"),
            Outcome::Failed => (Level::Error, "Failed"),
            Outcome::Canceled => (Level::Warning, "Canceled"),
        };
        let status = self.item.status.as_ref().map(|status| format!(", {}", status.words())).unwrap_or_default();
        self.say_as(level, at, "end", format!("{words}{status}{note}"));
    }
}
