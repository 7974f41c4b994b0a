//! The simulator's state in the world file.

use serde_json::Value;

use super::stored::{Stored, choice, record, unknown, variant, word};
use crate::api::reading::Reader;
use crate::lifecycle::pipeline::{self, Pipeline, Slots};
use crate::lifecycle::{Queue, RequestId};
use crate::simulator::agenda::{Happening, Planned};
use crate::simulator::deployment::{Before, Course, Phase, Run};
use crate::simulator::rollout::Rollout;
use crate::simulator::{
    Actor, Configuration, Deployment, Item, LastOperation, Origin, Outcome, Pod, PodPhase, Progress, Record, Service,
    Settings, Version,
};

type Fields = crate::backend::catalog::Fields;

impl Stored for Version {
    fn store(&self) -> Value {
        Value::from(&*self.0)
    }

    fn restore(from: &Reader<'_>) -> Self {
        Version::from(from.noted(from.at.text(), || ""))
    }
}

impl Stored for Origin {
    fn store(&self) -> Value {
        self.name().into()
    }

    fn restore(from: &Reader<'_>) -> Self {
        Origin::from_name(from.noted(from.at.text(), || ""))
    }
}

/// A waiting request of a service: its id, and under which queued status it shows.
impl Stored for (RequestId, Queue) {
    fn store(&self) -> Value {
        serde_json::json!({ "request": self.0.store(), "queue": self.1.store() })
    }

    fn restore(from: &Reader<'_>) -> Self {
        (Stored::restore(&from.key("request")), Stored::restore(&from.key("queue")))
    }
}

record!(Configuration { version, cpu_milli, memory_mb, min_instances, max_instances, variables });
record!(Actor { name, origin });
record!(LastOperation { request, action, actor, at });
record!(Pod { serial, set, version, phase, restarts, since, ticket });
record!(Rollout { coming, version, wanted, pace, from, first, patience, deadline });
record!(Item {
    service,
    place,
    action,
    chosen,
    from,
    to,
    queued_at,
    building_at,
    deploying_at,
    canceling_at,
    ended_at,
    status,
    outcome,
    note,
});
record!(Record { id, action, scope, actor, force, accepted_at, started_at, ended_at, progress, canceled_by, items });
record!(Before { set, version, pods });
record!(Run { service, item, phase, slot, had, had_since, before, work, captured });
record!(Slots { builds, deployments });
record!(Pipeline { stages, for_build, for_deployment, built, builds, deployments, slots, course });
record!(Deployment { record, runs, pipeline, course, interruptible, open });
record!(Planned { at, environment, happening });
record!(Settings {
    build_slots,
    deployment_slots,
    build_deadline,
    readiness_deadline,
    job_deadline,
    rollback_deadline,
    stop_deadline,
    history,
});

choice!(PodPhase {
    Pending {} = "PENDING",
    Starting {} = "STARTING",
    Running {} = "RUNNING",
    Ready {} = "READY",
    Error {} = "ERROR",
    Terminating {} = "TERMINATING",
});

choice!(Outcome {
    Accepted {} = "ACCEPTED",
    Skipped {} = "SKIPPED",
    Done {} = "DONE",
    Failed {} = "FAILED",
    Canceled {} = "CANCELED",
});

choice!(Progress {
    Waiting {} = "WAITING",
    Running {} = "RUNNING",
    Succeeded {} = "SUCCEEDED",
    Failed {} = "FAILED",
    Canceled {} = "CANCELED",
    TakenBack {} = "TAKEN_BACK",
    NothingToDo {} = "NOTHING_TO_DO",
});

choice!(Course { Going {} = "GOING", Failing {} = "FAILING", Canceling {} = "CANCELING" });

choice!(Phase {
    Queued {} = "QUEUED",
    Building {} = "BUILDING",
    Built {} = "BUILT",
    Deploying {} = "DEPLOYING",
    Restoring { 0 as failure } = "RESTORING",
    Canceling {} = "CANCELING",
    Stopping {} = "STOPPING",
    Restarting {} = "RESTARTING",
    Ended {} = "ENDED",
});

choice!(Happening {
    Pipeline { request as request } = "PIPELINE",
    Step { service as service, ticket as ticket } = "STEP",
    Deadline { service as service, ticket as ticket } = "DEADLINE",
    Pod { service as service, pod as pod, ticket as ticket } = "POD",
});

type PipelineCourse = pipeline::Course;

choice!(PipelineCourse { Open {} = "OPEN", Closed {} = "CLOSED" });

/// What the file says of a service under `x`: all of its state that the contract's calls do not carry.
macro_rules! service_state {
    ($($field:ident),* $(,)?) => {
        /// Writes it.
        pub fn store_service(service: &Service) -> Value {
            let mut fields = Fields::new();
            $(if !service.$field.is_nothing() {
                fields.insert(stringify!($field).to_owned(), service.$field.store());
            })*
            Value::Object(fields)
        }

        /// Reads it into a service that has been made from what the contract's calls carry; what is wrong is noted.
        pub fn restore_service(from: &Reader<'_>, service: &mut Service) {
            from.object();
            $(service.$field = Stored::restore(&from.key(stringify!($field)));)*
        }
    };
}

service_state!(
    desired, running, up, status, since, pods, set, newest_set, newest_pod, rollout, deploying, waiting, images, last,
    note, run, ticket,
);
