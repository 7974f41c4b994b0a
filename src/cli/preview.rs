//! What an action would do, service by service, by the same rule that decides it: `… plan` prints it and sends nothing; of
//! an action on several it says who is left out, before it is sent.

use std::sync::Arc;

use serde_json::{Value, json};

use super::act::{self, LeftOut};
use super::facts::Member;
use super::failure::Failure;
use super::output::{Cell, Table};
use super::session::Session;
use super::show;
use super::snapshot::Snapshot;
use super::version::Versions;
use crate::lifecycle::cancel::{Interruption, interruption};
use crate::lifecycle::plan::Effect;
use crate::lifecycle::{Action, Kind, Refusal, Scope, ServiceFacts, Status, allowed_on_environment};

/// Of a service whose status the server does not tell.
const NOT_TOLD: (&str, &str) = ("NOT_TOLD", "its status is not told: the server decides");
/// Of a redeploy, where the server does not tell whether something differs.
const MAY_APPLY: (&str, &str) = ("MAY_APPLY", "is brought to its configuration; whether it differs is not told");

/// Of a cancel, where the server does not tell whether a service is in the deployment.
const MAY_WAIT: (&str, &str) = ("MAY_WAIT", "is not started if it is in the deployment; a request that waits goes on");

/// What would become of one service.
struct Part<'a> {
    member: &'a Member,
    /// The version it would be deployed with, where that is known.
    version: Option<String>,
    /// Its effect in one word and in words, or why it is left out.
    fate: Result<(&'static str, &'static str), String>,
    /// Whether a cancel reaches it and does not interrupt it: the cancel is accepted all the same.
    goes_on: bool,
}

/// What would become of all that an action is about.
struct Plan<'a> {
    /// What the action is there: a deploy of what was deployed before is a redeploy.
    means: Action,
    /// Whether it is about the environment as it stands, whoever was chosen.
    whole: bool,
    parts: Vec<Part<'a>>,
    /// What the environment itself demands.
    refused: Option<Refusal>,
}

impl Plan<'_> {
    fn acting(&self) -> usize {
        self.parts.iter().filter(|part| part.fate.is_ok()).count()
    }

    /// Why nothing would be done at all.
    fn why_not(&self) -> Option<String> {
        match (&self.refused, self.parts.as_slice()) {
            (None, parts) if parts.iter().any(|part| part.goes_on) => None,
            (Some(refusal), _) => Some(refusal.to_string()),
            (None, [Part { fate: Err(reason), .. }]) => Some(reason.clone()),
            (None, _) if self.acting() == 0 => Some(Refusal::NoneAllows { action: self.means }.to_string()),
            (None, _) => None,
        }
    }
}

/// Plans an action on an environment, or on some of its services.
pub fn environment(
    session: &Session,
    snapshot: &Snapshot,
    action: Action,
    chosen: &[&Member],
    versions: &Versions,
    force: bool,
) -> Result<(), Failure> {
    let environment = snapshot.environment.name.as_str();
    let plan = wide(snapshot, action, chosen, versions, force);
    let what = match plan.parts.len() {
        _ if plan.whole => environment.to_owned(),
        1 => format!("1 service in {environment}"),
        many => format!("{many} services in {environment}"),
    };
    print(session, snapshot, &what, action, &plan)
}

/// Those that an action on an environment, or on some of its services, leaves out (law §4); of a cancel those that it does
/// not interrupt. Where nothing would be done the server says why.
pub fn left_out(
    snapshot: &Snapshot,
    action: Action,
    chosen: &[&Member],
    versions: &Versions,
    force: bool,
) -> Vec<LeftOut> {
    let plan = wide(snapshot, action, chosen, versions, force);
    if plan.why_not().is_some() {
        return Vec::new();
    }
    // A cancel is of the deployment: who is not in it, or over, is not left out of anything.
    let parts = plan.parts.into_iter().filter(|part| action != Action::Cancel || part.goes_on);
    parts.filter_map(|part| Some(LeftOut { name: part.member.name.clone(), reason: part.fate.err()? })).collect()
}

fn wide<'a>(
    snapshot: &'a Snapshot,
    action: Action,
    chosen: &[&'a Member],
    versions: &Versions,
    force: bool,
) -> Plan<'a> {
    // The call is one and the same: it is a redeploy once something was deployed.
    let whole = chosen.is_empty() || matches!(action, Action::Cancel | Action::DeployLatest);
    let means = match action {
        Action::Deploy if whole && snapshot.facts.ever_deployed => Action::Redeploy,
        action => action,
    };
    let members: Vec<&Member> = if chosen.is_empty() { snapshot.services.iter().collect() } else { chosen.to_vec() };
    let scope = if whole { Scope::Environment } else { Scope::Subset };
    let parts = parts(snapshot, &members, means, scope, versions, force);
    let told = members.iter().filter(|member| member.is_told());
    let facts: Vec<ServiceFacts> = told.map(|member| member.facts()).collect();
    // Where all that are told refuse, one that is not told may allow it.
    let may_allow =
        facts.len() < members.len() && parts.iter().filter(|part| part.member.is_told()).all(|part| part.fate.is_err());
    let refused = match scope {
        Scope::Environment if may_allow => None,
        Scope::Environment => allowed_on_environment(means, &snapshot.facts, &facts).err(),
        Scope::Service | Scope::Subset => None,
    };
    Plan { means, whole, parts, refused }
}

/// Plans an action on one service.
pub fn service(
    session: &Session,
    snapshot: &Snapshot,
    action: Action,
    member: &Member,
    version: Option<Arc<str>>,
    force: bool,
) -> Result<(), Failure> {
    let versions = version.into_iter().map(|version| (member.id, Ok(version))).collect();
    let before = member.beneath.ever_deployed() && member.beneath != Status::Deleted;
    let means = if action == Action::Deploy && before { Action::Redeploy } else { action };
    let parts = parts(snapshot, &[member], means, Scope::Service, &versions, force);
    let what = format!("{} in {}", member.name, snapshot.environment.name);
    print(session, snapshot, &what, action, &Plan { means, whole: false, parts, refused: None })
}

fn parts<'a>(
    snapshot: &Snapshot,
    members: &[&'a Member],
    action: Action,
    scope: Scope,
    versions: &Versions,
    force: bool,
) -> Vec<Part<'a>> {
    let size = members.len();
    let part = |member: &&'a Member| {
        let version = versions.get(&member.id);
        let judged = match version {
            // It is not even in the call.
            Some(Err(reason)) => return Part { member, version: None, fate: Err(reason.clone()), goes_on: false },
            Some(Ok(_)) | None => member.plan(action, scope, size),
        };
        let fate = match (judged, action) {
            // What is not told never refuses.
            _ if !member.is_told() && member.kind != Kind::Unknown => Ok(NOT_TOLD),
            // The whole deployment is canceled, whatever the status of one service allows.
            (_, Action::Cancel) if scope == Scope::Environment => canceled(snapshot, member, force),
            (Ok(Effect::Canceled), _) => canceled(snapshot, member, force),
            (Ok(Effect::Applies), _) if member.plan_sync().is_none() => Ok(MAY_APPLY),
            (Ok(effect), _) => Ok(words(effect, member.kind)),
            (Err(refusal), _) => Err(refusal.to_string()),
        };
        let version = match (version, action) {
            (Some(version), _) => version.as_deref().ok().map(str::to_owned),
            (None, Action::Deploy | Action::Redeploy) => member.desired_version.clone(),
            (None, _) => None,
        };
        let goes_on = action == Action::Cancel && reached(snapshot, member, force) == Some(Interruption::Ignores);
        Part { member, version: version.filter(|_| fate.is_ok()), fate, goes_on }
    };
    members.iter().map(part).collect()
}

/// What a cancel of the deployment does to a service; `None`: it is not in it.
fn reached(snapshot: &Snapshot, member: &Member, force: bool) -> Option<Interruption> {
    let id = member.id.to_string();
    let status = match &snapshot.deployment {
        Some(deployment) => Status::from_name(&deployment.services.iter().find(|one| one.id == id)?.state),
        None => member.beneath.clone(),
    };
    Some(interruption(member.kind, &status, force))
}

fn canceled(snapshot: &Snapshot, member: &Member, force: bool) -> Result<(&'static str, &'static str), String> {
    let Some(interruption) = reached(snapshot, member, force) else {
        return Err("it is not in the deployment".to_owned());
    };
    match interruption {
        // What it is queued for, a server without paths of our own does not tell.
        Interruption::NotStarted if snapshot.deployment.is_none() && member.requests > 0 => Ok(MAY_WAIT),
        Interruption::NotStarted => Ok(("NOT_STARTED", "is not started, keeps the status it had")),
        Interruption::RollsBack => Ok(("ROLLS_BACK", "goes back to what it ran before")),
        Interruption::Forced => Ok(("FORCED", "is interrupted; what it did is not undone")),
        Interruption::Ignores => {
            Err("a lifecycle job that executes goes on to its end; --force interrupts it".to_owned())
        }
        Interruption::UnderWay => Err("it is being canceled already".to_owned()),
        Interruption::Stays => Err("it has ended in this deployment, or is in none".to_owned()),
    }
}

/// From which version to which, where they are known and it says something.
fn versions(part: &Part<'_>) -> Option<String> {
    let to = show::short(part.version.as_deref()?);
    let chosen = part.fate.as_ref().is_ok_and(|(name, _)| *name == "DEPLOYS_VERSION");
    match part.member.deployed_version().map(show::short) {
        Some(from) if from != to => Some(format!("{from} → {to}")),
        Some(_) if chosen => Some(format!("{to}, which runs already")),
        Some(_) => None,
        None => Some(to.to_owned()),
    }
}

fn words(effect: Effect, kind: Kind) -> (&'static str, &'static str) {
    match effect {
        Effect::FirstDeployment => ("FIRST_DEPLOYMENT", "is deployed for the first time"),
        Effect::Starts => ("STARTS", "starts again"),
        Effect::Applies => ("APPLIES", "its changed configuration is applied"),
        Effect::NothingChanges => ("NOTHING_CHANGES", "nothing differs: no pod is touched"),
        Effect::DeploysVersion => ("DEPLOYS_VERSION", "the version is deployed"),
        Effect::Stops if kind == Kind::Helm => ("STOPS", "its pods are stopped; the release stays"),
        Effect::Stops => ("STOPS", "is stopped; its storage is kept"),
        Effect::Pauses => ("PAUSES", "is paused at the cloud provider; its data is kept"),
        Effect::Unschedules => ("UNSCHEDULES", "its schedule is switched off"),
        Effect::RunsStopCommand => ("RUNS_STOP_COMMAND", "its stop command runs, if it has one"),
        Effect::Restarts => ("RESTARTS", "its pods are replaced one by one"),
        Effect::Canceled => ("CANCELED", "goes back to what it ran before"),
    }
}

fn print(session: &Session, snapshot: &Snapshot, what: &str, action: Action, plan: &Plan<'_>) -> Result<(), Failure> {
    let why = plan.why_not();
    if session.out.json {
        session.out.json(&json!({
            "action": action.name(),
            "means": plan.means.name(),
            "environment": snapshot.id.to_string(),
            "accepted": why.is_none(),
            "reason": why,
            "services": plan.parts.iter().map(as_json).collect::<Vec<_>>(),
        }))?;
    } else {
        table(session, what, action, plan)?;
    }
    match why {
        None => Ok(()),
        Some(why) => Err(Failure::Refused(format!("{} of {what} would be refused: {why}", act::verb(action)))),
    }
}

fn table(session: &Session, what: &str, action: Action, plan: &Plan<'_>) -> Result<(), Failure> {
    let acting = plan.acting();
    let left = plan.parts.len() - acting;
    let also = if action == plan.means { "" } else { " (a redeploy: it was deployed before)" };
    session.out.line(&format!("{} of {what}{also}: {acting} would act, {left} left out", act::verb(action)))?;
    let mut stage = None;
    let mut rows = Table::indented();
    for part in &plan.parts {
        if stage != Some(part.member.stage_order) {
            if stage.is_some() {
                session.out.table(&rows)?;
            }
            rows = Table::indented();
            stage = Some(part.member.stage_order);
            session.out.line(show::or_dash(&part.member.stage))?;
        }
        let fate: Cell = match &part.fate {
            Ok((_, words)) => match versions(part) {
                Some(versions) => format!("{words}: {versions}").into(),
                None => (*words).into(),
            },
            Err(reason) => format!("left out: {reason}").into(),
        };
        rows.row(vec![part.member.name.as_str().into(), (&part.member.status).into(), fate]);
    }
    session.out.table(&rows)
}

fn as_json(part: &Part<'_>) -> Value {
    json!({
        "id": part.member.id.to_string(),
        "name": part.member.name,
        "stage": part.member.stage,
        "state": part.member.status.name(),
        "version": part.member.deployed_version(),
        "to_version": part.version,
        "effect": part.fate.as_ref().ok().map(|(name, _)| *name),
        "left_out": part.fate.as_ref().err(),
    })
}
