//! The law's values in the world file.

use serde_json::Value;

use super::stored::{Stored, choice, unknown, variant, word};
use crate::api::reading::Reader;
use crate::lifecycle::note::{Failure, Note};
use crate::lifecycle::pipeline::Lane;
use crate::lifecycle::rolling::Pace;
use crate::lifecycle::work::Work;
use crate::lifecycle::{Action, Kind, Provider, Queue, Refusal, RequestId, Scope, ServiceId, StageId, Status};

macro_rules! ids {
    ($($id:ty),*) => {$(
        impl Stored for $id {
            fn store(&self) -> Value {
                self.to_string().into()
            }

            fn restore(from: &Reader<'_>) -> Self {
                from.noted(from.at.parsed(), || Self(0))
            }
        }
    )*};
}

ids!(RequestId, ServiceId, StageId);

impl Stored for Status {
    fn store(&self) -> Value {
        self.name().into()
    }

    fn restore(from: &Reader<'_>) -> Self {
        Status::from_name(from.noted(from.at.text(), || ""))
    }
}

impl Stored for Provider {
    fn store(&self) -> Value {
        self.name().into()
    }

    fn restore(from: &Reader<'_>) -> Self {
        Provider::from_name(from.noted(from.at.text(), || ""))
    }
}

choice!(Action {
    Deploy {} = "DEPLOY",
    Redeploy {} = "REDEPLOY",
    Restart {} = "RESTART",
    Stop {} = "STOP",
    Cancel {} = "CANCEL",
    DeployVersion {} = "DEPLOY_VERSION",
    DeployLatest {} = "DEPLOY_LATEST",
});

choice!(Scope { Service {} = "SERVICE", Subset {} = "SUBSET", Environment {} = "ENVIRONMENT" });

choice!(Queue { Deployment {} = "DEPLOYMENT", Stop {} = "STOP", Restart {} = "RESTART" });

choice!(Kind {
    Application {} = "APPLICATION",
    Container {} = "CONTAINER",
    ContainerDatabase {} = "CONTAINER_DATABASE",
    ManagedDatabase {} = "MANAGED_DATABASE",
    LifecycleJob {} = "LIFECYCLE_JOB",
    CronJob {} = "CRON_JOB",
    Unknown {} = "UNKNOWN",
    Helm {} = "HELM",
});

choice!(Lane { Build {} = "BUILD", Deployment {} = "DEPLOYMENT" });

choice!(Pace { AllAtOnce {} = "ALL_AT_ONCE", OneByOne {} = "ONE_BY_ONE" });

choice!(Work {
    Nothing {} = "NOTHING",
    Pods { 0 as pace } = "PODS",
    Execute {} = "EXECUTE",
    Apply {} = "APPLY",
});

choice!(Failure {
    Build {} = "BUILD",
    Push {} = "PUSH",
    Readiness {} = "READINESS",
    Capacity {} = "CAPACITY",
    Crash {} = "CRASH",
    Job {} = "JOB",
    Deadline {} = "DEADLINE",
    Stop {} = "STOP",
    Restart {} = "RESTART",
});

choice!(Note {
    CanceledBeforeStart {} = "CANCELED_BEFORE_START",
    SkippedBecause { failed as failed } = "SKIPPED_BECAUSE",
    Refused { 0 as refusal } = "REFUSED",
    TakenBack {} = "TAKEN_BACK",
    NothingChanged { kind as kind } = "NOTHING_CHANGED",
    Failed { 0 as failure } = "FAILED",
    NotRestored { 0 as failure } = "NOT_RESTORED",
    RolledBack {} = "ROLLED_BACK",
    RolledBackToNothing {} = "ROLLED_BACK_TO_NOTHING",
    RollbackFailed {} = "ROLLBACK_FAILED",
    Forced {} = "FORCED",
    NotInterrupted {} = "NOT_INTERRUPTED",
});

choice!(Refusal {
    NeverDeployed { action as action } = "NEVER_DEPLOYED",
    AlreadyDeployed {} = "ALREADY_DEPLOYED",
    InProgress { status as status } = "IN_PROGRESS",
    NothingRuns { action as action } = "NOTHING_RUNS",
    StopNeedsDeployment { status as status } = "STOP_NEEDS_DEPLOYMENT",
    RestartNeedsOk { status as status } = "RESTART_NEEDS_OK",
    NothingToCancel { status as status } = "NOTHING_TO_CANCEL",
    NotCancelable { status as status } = "NOT_CANCELABLE",
    AlreadyCanceling {} = "ALREADY_CANCELING",
    Deleted {} = "DELETED",
    Deleting {} = "DELETING",
    KindCannotRestart { kind as kind } = "KIND_CANNOT_RESTART",
    PauseOnAwsOnly { provider as provider } = "PAUSE_ON_AWS_ONLY",
    RedisCannotPause {} = "REDIS_CANNOT_PAUSE",
    NoVersions { kind as kind } = "NO_VERSIONS",
    NotGit { kind as kind } = "NOT_GIT",
    SingleServiceOnly {} = "SINGLE_SERVICE_ONLY",
    ServiceOnly {} = "SERVICE_ONLY",
    EnvironmentOnly {} = "ENVIRONMENT_ONLY",
    EnvironmentInProgress { status as status } = "ENVIRONMENT_IN_PROGRESS",
    EnvironmentDeployed {} = "ENVIRONMENT_DEPLOYED",
    EnvironmentNeverDeployed {} = "ENVIRONMENT_NEVER_DEPLOYED",
    EmptyEnvironment {} = "EMPTY_ENVIRONMENT",
    NoneAllows { action as action } = "NONE_ALLOWS",
    UnknownKind {} = "UNKNOWN_KIND",
    UnknownStatus { name as name } = "UNKNOWN_STATUS",
});
