//! `playhead service VERB`, and the same for each kind.

use super::act;
use super::facts::Member;
use super::failure::Failure;
use super::nouns::Noun;
use super::options::{In, Sending, Version};
use super::own::{self, Wanted};
use super::session::Session;
use super::snapshot::Snapshot;
use super::verbs::ServiceVerb;
use super::version::Versions;
use super::{configure, history, logs, preview, show, version};
use crate::api::routes::RESTARTABLE_WORDS;
use crate::client::Order;
use crate::client::order::word;
use crate::lifecycle::{Action, Kind, Scope};

/// Does it.
pub async fn run(noun: Noun, verb: ServiceVerb, session: &Session) -> Result<(), Failure> {
    let open = async |service: &str, home: &In| -> Result<Snapshot, Failure> {
        Snapshot::read(session, session.home_of(Some(service), home.environment.as_deref()).await?).await
    };
    let kinds = noun.kinds();
    match verb {
        ServiceVerb::List { home } => {
            let environment = session.home_of(None, home.environment.as_deref()).await?;
            show::services(session, &Snapshot::read(session, environment).await?, kinds)
        }
        ServiceVerb::Status { service, home } => {
            let snapshot = open(&service, &home).await?;
            show::service(session, &snapshot, snapshot.service(&service, kinds)?)
        }
        ServiceVerb::Deploy { service, home, version, sending } => {
            let snapshot = open(&service, &home).await?;
            deploy(session, &snapshot, snapshot.service(&service, kinds)?, &version, sending).await
        }
        ServiceVerb::Redeploy { service, home, sending } => {
            let snapshot = open(&service, &home).await?;
            on(session, &snapshot, snapshot.service(&service, kinds)?, Action::Redeploy, sending).await
        }
        ServiceVerb::Stop { service, home, sending } => {
            let snapshot = open(&service, &home).await?;
            on(session, &snapshot, snapshot.service(&service, kinds)?, Action::Stop, sending).await
        }
        ServiceVerb::Restart { service, home, sending } => {
            let snapshot = open(&service, &home).await?;
            on(session, &snapshot, snapshot.service(&service, kinds)?, Action::Restart, sending).await
        }
        ServiceVerb::Cancel { service, home, force, own, watch } => {
            let wanted = own::wanted(&own)?;
            if let Wanted::Nothing(why) = &wanted {
                return own::nothing(session, None, why);
            }
            let snapshot = open(&service, &home).await?;
            let member = snapshot.service(&service, kinds)?;
            if let Wanted::Request(request) = wanted {
                return own::cancel(session, &snapshot.environment, request, force, watch).await;
            }
            // The call is the environment's, which would also cancel a deployment that this service is not in.
            act::judged(Action::Cancel, member)?;
            let order = Order { force, ..order(&snapshot, Action::Cancel, member) };
            let left_out = preview::left_out(&snapshot, Action::Cancel, &[], &Versions::new(), force);
            act::send(session, &snapshot, &order, watch.into(), &left_out).await
        }
        ServiceVerb::Versions { service, home, limit } => {
            let snapshot = open(&service, &home).await?;
            version::print(session, &snapshot, snapshot.service(&service, kinds)?, limit.into()).await
        }
        ServiceVerb::Configure { service, home, sizes } => {
            let snapshot = open(&service, &home).await?;
            configure::run(session, &snapshot, snapshot.service(&service, kinds)?, &sizes).await
        }
        ServiceVerb::History { service, home, limit } => {
            let snapshot = open(&service, &home).await?;
            let member = snapshot.service(&service, kinds)?;
            history::print(session, &snapshot.environment, Some(member), limit.into()).await
        }
        ServiceVerb::Logs { service, home, lines } => {
            let snapshot = open(&service, &home).await?;
            let member = snapshot.service(&service, kinds)?;
            logs::print(session, &snapshot.environment, Some(member), &lines).await
        }
        ServiceVerb::Plan { action, service, home, version, force } => {
            let snapshot = open(&service, &home).await?;
            let member = snapshot.service(&service, kinds)?;
            plan(session, &snapshot, action.action(), member, &version, force).await
        }
    }
}

fn order(snapshot: &Snapshot, action: Action, member: &Member) -> Order {
    let items = vec![act::item(member, None)];
    Order { environment: snapshot.id, action, scope: Scope::Service, items, force: false }
}

/// Sends an action on one service.
pub async fn on(
    session: &Session,
    snapshot: &Snapshot,
    member: &Member,
    action: Action,
    sending: Sending,
) -> Result<(), Failure> {
    let restartable = RESTARTABLE_WORDS.contains(&word(member.kind));
    if member.kind == Kind::Unknown || action == Action::Restart && !restartable {
        act::judged(action, member)?;
    }
    act::send(session, snapshot, &order(snapshot, action, member), sending, &[]).await
}

async fn deploy(
    session: &Session,
    snapshot: &Snapshot,
    member: &Member,
    version: &Version,
    sending: Sending,
) -> Result<(), Failure> {
    let Some(version) = version::chosen(session, snapshot, member, version).await? else {
        return on(session, snapshot, member, Action::Deploy, sending).await;
    };
    let mut order = order(snapshot, Action::DeployVersion, member);
    order.items = vec![act::item(member, Some(version))];
    act::send(session, snapshot, &order, sending, &[]).await
}

/// Plans an action on one service, with the version that it would deploy.
pub async fn plan(
    session: &Session,
    snapshot: &Snapshot,
    action: Action,
    member: &Member,
    version: &Version,
    force: bool,
) -> Result<(), Failure> {
    let version = version::chosen(session, snapshot, member, version).await?;
    let action = match (action, &version) {
        (action, None) => action,
        (Action::Deploy | Action::DeployVersion, Some(_)) => Action::DeployVersion,
        (action, Some(_)) => {
            let verb = act::verb(action);
            return Err(Failure::Usage(format!("{verb} takes no version: it is of a deploy, or of a deploy-version.")));
        }
    };
    preview::service(session, snapshot, action, member, version, force)
}
