//! `playhead environment VERB`.

use super::act::{self, LeftOut};
use super::facts::Member;
use super::failure::Failure;
use super::options::{Sending, Version};
use super::own::{self, Wanted};
use super::session::Session;
use super::snapshot::Snapshot;
use super::verbs::EnvironmentVerb;
use super::version::Versions;
use super::{history, logs, preview, queue, service, show, version};
use crate::client::{Item, Order};
use crate::lifecycle::rule;
use crate::lifecycle::{Action, Kind, Scope, ServiceFacts, allowed_on_environment};

/// Does it.
pub async fn run(verb: EnvironmentVerb, session: &Session) -> Result<(), Failure> {
    match verb {
        EnvironmentVerb::List => show::environments(session).await,
        EnvironmentVerb::Status { environment } => show::environment(session, &session.snapshot(&environment).await?),
        EnvironmentVerb::Deploy { environment, services, latest, version, sending } => {
            let snapshot = session.snapshot(&environment).await?;
            let (order, left_out) = deploy(session, &snapshot, &services.services, latest, &version).await?;
            act::send(session, &snapshot, &order, sending, &left_out).await
        }
        EnvironmentVerb::Redeploy { environment, services, sending } => {
            on(session, &environment, Action::Redeploy, &services.services, sending).await
        }
        EnvironmentVerb::Restart { environment, services, sending } => {
            restart(session, &environment, &services.services, sending).await
        }
        EnvironmentVerb::Stop { environment, services, sending } => {
            on(session, &environment, Action::Stop, &services.services, sending).await
        }
        EnvironmentVerb::Cancel { environment, force, own, watch } => match own::wanted(&own)? {
            Wanted::Nothing(why) => own::nothing(session, None, &why),
            Wanted::Request(request) => {
                own::cancel(session, &session.environment(&environment).await?, request, force, watch).await
            }
            Wanted::Deployment => {
                let snapshot = session.snapshot(&environment).await?;
                let (order, left_out) = order(&snapshot, Action::Cancel, &[], force);
                act::send(session, &snapshot, &order, watch.into(), &left_out).await
            }
        },
        EnvironmentVerb::Queue { environment } => {
            queue::print(session, &session.environment(&environment).await?).await
        }
        EnvironmentVerb::TakeBack { environment, request } => {
            let environment = session.environment(&environment).await?;
            queue::take_back(session, &environment, request.as_deref()).await
        }
        EnvironmentVerb::History { environment, limit } => {
            let environment = session.environment(&environment).await?;
            history::print(session, &environment, None, limit.into()).await
        }
        EnvironmentVerb::Logs { environment, lines } => {
            let environment = session.environment(&environment).await?;
            logs::print(session, &environment, None, &lines).await
        }
        EnvironmentVerb::Plan { action, environment, services, version, latest, force } => {
            let action = match (latest, action.action()) {
                (true, Action::Deploy | Action::DeployLatest) => Action::DeployLatest,
                (true, action) => {
                    let verb = act::verb(action);
                    return Err(Failure::Usage(format!("{verb} takes no --latest: it is of a deploy.")));
                }
                (false, action) => action,
            };
            let snapshot = session.snapshot(&environment).await?;
            plan(session, &snapshot, action, &services.services, &version, force).await
        }
    }
}

async fn on(
    session: &Session,
    environment: &str,
    action: Action,
    services: &[String],
    sending: Sending,
) -> Result<(), Failure> {
    let snapshot = session.snapshot(environment).await?;
    let chosen = snapshot.chosen(services)?;
    known(action, &chosen)?;
    let (order, left_out) = order(&snapshot, action, &chosen, false);
    act::send(session, &snapshot, &order, sending, &left_out).await
}

/// A restart is of one service: the contract has no call for more, and the law says why.
async fn restart(session: &Session, environment: &str, services: &[String], sending: Sending) -> Result<(), Failure> {
    let snapshot = session.snapshot(environment).await?;
    let chosen = snapshot.chosen(services)?;
    let refused = match chosen.as_slice() {
        [member] => return service::on(session, &snapshot, member, Action::Restart, sending).await,
        [] => {
            let facts: Vec<ServiceFacts> = snapshot.services.iter().map(Member::facts).collect();
            allowed_on_environment(Action::Restart, &snapshot.facts, &facts)
        }
        many => rule::scope(Action::Restart, Scope::Subset, many.len()),
    };
    // The law lets neither pass.
    refused.map_err(|refusal| Failure::Refused(refusal.to_string()))
}

/// An order for the whole environment, or for the services that were named, and whom it leaves out.
fn order(snapshot: &Snapshot, action: Action, chosen: &[&Member], force: bool) -> (Order, Vec<LeftOut>) {
    let scope = if chosen.is_empty() { Scope::Environment } else { Scope::Subset };
    let items = chosen.iter().map(|member| act::item(member, None)).collect();
    let left_out = preview::left_out(snapshot, action, chosen, &Versions::new(), force);
    (Order { environment: snapshot.id, action, scope, items, force }, left_out)
}

/// The contract's call for several services has no place for one of an unknown kind.
fn known(action: Action, chosen: &[&Member]) -> Result<(), Failure> {
    let unknown = chosen.iter().find(|member| member.kind == Kind::Unknown);
    unknown.map_or(Ok(()), |member| act::judged(action, member))
}

async fn deploy(
    session: &Session,
    snapshot: &Snapshot,
    services: &[String],
    latest: bool,
    version: &Version,
) -> Result<(Order, Vec<LeftOut>), Failure> {
    let chosen = snapshot.chosen(services)?;
    known(Action::Deploy, &chosen)?;
    if latest {
        return deploy_latest(session, snapshot, &chosen).await;
    }
    if !version.is_some() {
        return Ok(order(snapshot, Action::Deploy, &chosen, false));
    }
    let member = only(&chosen)?;
    let version = version::chosen(session, snapshot, member, version).await?;
    let items = vec![act::item(member, version)];
    let action = Action::DeployVersion;
    Ok((Order { environment: snapshot.id, action, scope: Scope::Service, items, force: false }, Vec::new()))
}

/// The one service that a version is for.
fn only<'a>(chosen: &[&'a Member]) -> Result<&'a Member, Failure> {
    match chosen {
        [member] => Ok(member),
        _ => {
            let words = "a version is deployed to one service: name exactly one with --services.";
            Err(Failure::Usage(words.to_owned()))
        }
    }
}

/// The newest commit of every service that the law takes in, and whom it leaves out.
async fn deploy_latest(
    session: &Session,
    snapshot: &Snapshot,
    chosen: &[&Member],
) -> Result<(Order, Vec<LeftOut>), Failure> {
    let action = Action::DeployLatest;
    let candidates = candidates(snapshot, chosen);
    let versions = version::newest(session, &candidates).await?;
    let newest = |member: &Member| versions.get(&member.id);
    let taken = candidates.iter().filter_map(|member| Some((member, newest(member)?.clone().ok()?)));
    let items: Vec<Item> = taken.map(|(member, version)| act::item(member, Some(version))).collect();
    if items.is_empty() {
        let facts: Vec<ServiceFacts> = snapshot.services.iter().map(Member::facts).collect();
        // Of a whole environment the law says it in one sentence, where it is the law that leaves them all out.
        let whole = allowed_on_environment(action, &snapshot.facts, &facts).err().filter(|_| chosen.is_empty());
        let why = |member: &&Member| Some(format!("{}: {}", member.name, newest(member)?.as_ref().err()?));
        let each = || candidates.iter().filter_map(why).collect::<Vec<_>>().join(" ");
        return Err(Failure::Refused(whole.map_or_else(each, |refusal| refusal.to_string())));
    }
    let left_out = preview::left_out(snapshot, action, chosen, &versions, false);
    Ok((Order { environment: snapshot.id, action, scope: Scope::Environment, items, force: false }, left_out))
}

/// Those that were named; else all.
fn candidates<'a>(snapshot: &'a Snapshot, chosen: &[&'a Member]) -> Vec<&'a Member> {
    if chosen.is_empty() { snapshot.services.iter().collect() } else { chosen.to_vec() }
}

/// Plans an action, with the versions that it would deploy as far as they can be known.
async fn plan(
    session: &Session,
    snapshot: &Snapshot,
    action: Action,
    services: &[String],
    version: &Version,
    force: bool,
) -> Result<(), Failure> {
    let chosen = snapshot.chosen(services)?;
    if version.is_some() || action == Action::DeployVersion {
        let member = only(&chosen)?;
        return service::plan(session, snapshot, action, member, version, force).await;
    }
    let versions = match action {
        Action::DeployLatest => version::newest(session, &candidates(snapshot, &chosen)).await?,
        _ => Versions::new(),
    };
    preview::environment(session, snapshot, action, &chosen, &versions, force)
}
