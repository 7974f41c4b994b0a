//! `playhead environment VERB`.

use super::act;
use super::facts::Member;
use super::failure::Failure;
use super::options::{Sending, Version};
use super::own::{self, Wanted};
use super::session::Session;
use super::snapshot::Snapshot;
use super::verbs::EnvironmentVerb;
use super::{history, logs, preview, queue, show, version};
use crate::client::Order;
use crate::lifecycle::rule::allowed_in_environment;
use crate::lifecycle::{Action, Kind, Scope, ServiceFacts, allowed_on_environment};

/// Does it.
pub async fn run(verb: EnvironmentVerb, session: &Session) -> Result<(), Failure> {
    match verb {
        EnvironmentVerb::List => show::environments(session).await,
        EnvironmentVerb::Status { environment } => show::environment(session, &session.snapshot(&environment).await?),
        EnvironmentVerb::Deploy { environment, services, latest, version, sending } => {
            let snapshot = session.snapshot(&environment).await?;
            let order = deploy(session, &snapshot, &services.services, latest, &version).await?;
            act::send(session, &snapshot, &order, sending).await
        }
        EnvironmentVerb::Redeploy { environment, services, sending } => {
            on(session, &environment, Action::Redeploy, &services.services, sending).await
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
                let order = Order { force, ..order(&snapshot, Action::Cancel, &[]) };
                act::send(session, &snapshot, &order, watch.into()).await
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
        EnvironmentVerb::Plan { action, environment, services, force } => {
            let snapshot = session.snapshot(&environment).await?;
            let chosen = snapshot.chosen(&services.services)?;
            preview::environment(session, &snapshot, action.action(), &chosen, force)
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
    let order = order(&snapshot, action, &chosen);
    act::send(session, &snapshot, &order, sending).await
}

/// An order for the whole environment, or for the services that were named.
fn order(snapshot: &Snapshot, action: Action, chosen: &[&Member]) -> Order {
    let scope = if chosen.is_empty() { Scope::Environment } else { Scope::Subset };
    let items = chosen.iter().map(|member| act::item(member, None)).collect();
    Order { environment: snapshot.id, action, scope, items, force: false }
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
) -> Result<Order, Failure> {
    let chosen = snapshot.chosen(services)?;
    known(Action::Deploy, &chosen)?;
    if latest {
        return deploy_latest(session, snapshot, &chosen).await;
    }
    if version.commit.is_none() && version.tag.is_none() && version.chart_version.is_none() {
        return Ok(order(snapshot, Action::Deploy, &chosen));
    }
    let [member] = chosen.as_slice() else {
        let words = "a version is deployed to one service: name exactly one with --services.";
        return Err(Failure::Usage(words.to_owned()));
    };
    let version = version::chosen(session, member, version).await?;
    let items = vec![act::item(member, version)];
    let action = Action::DeployVersion;
    Ok(Order { environment: snapshot.id, action, scope: Scope::Service, items, force: false })
}

/// The newest commit of every service that the law takes in; a service that was named and is not, is told.
async fn deploy_latest(session: &Session, snapshot: &Snapshot, chosen: &[&Member]) -> Result<Order, Failure> {
    let action = Action::DeployLatest;
    let mut items = Vec::new();
    let candidates: Vec<&Member> = if chosen.is_empty() { snapshot.services.iter().collect() } else { chosen.to_vec() };
    for member in candidates {
        match allowed_in_environment(action, &member.facts()) {
            Ok(()) => items.push(act::item(member, Some(version::newest(session, member).await?))),
            Err(_) if chosen.is_empty() => {}
            Err(refusal) => return Err(Failure::Refused(format!("{}: {refusal}", member.name))),
        }
    }
    if items.is_empty() {
        let facts: Vec<ServiceFacts> = snapshot.services.iter().map(Member::facts).collect();
        let refused = allowed_on_environment(action, &snapshot.facts, &facts).err();
        let words = refused.map_or_else(|| "no service has a newer version".to_owned(), |refusal| refusal.to_string());
        return Err(Failure::Refused(words));
    }
    Ok(Order { environment: snapshot.id, action, scope: Scope::Environment, items, force: false })
}
