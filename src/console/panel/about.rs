//! What is told of an environment: where it is, since when, until when, and what it belongs to.

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::facts::{Fact, facts, moment, one};
use crate::api::details::{Detailed, EnvironmentDetails};
use crate::api::environment::Environment;
use crate::api::organization::{Organization, Project};
use crate::client::{Client, Error};
use crate::console::element::{Child, view};
use crate::console::format;
use crate::console::legible::legible;
use crate::console::parts::{Dialog, DialogForm, use_dialog};
use crate::console::route::use_route;
use crate::console::state::{Store, use_store};
use crate::lifecycle::EnvironmentId;

/// What was read.
#[derive(Clone)]
struct About {
    environment: Detailed<Environment, EnvironmentDetails>,
    /// What it belongs to, where the server tells of it.
    project: Option<Project>,
    organization: Option<Organization>,
    /// Why that could not be read.
    unread: Option<Error>,
}

type Answer = RwSignal<Option<Result<About, Error>>>;

/// The panel.
pub fn about(id: EnvironmentId) -> AnyView {
    let (store, route) = (use_store(), use_route());
    let answer: Answer = RwSignal::new(None);
    read(store, id, answer);
    let name = move || store.environment(id).map_or_else(|| "environment".to_owned(), |row| row.name.to_string());
    view! {
        <Dialog
            form=DialogForm::Modal
            title=Signal::derive(move || format!("About {}", name()))
            about=""
            on_close=move |()| route.close_panel()
        >
            <div class="dialog-body">{Child::view(move || told(store, id, answer))}</div>
            {foot()}
        </Dialog>
    }
}

fn foot() -> AnyView {
    let dialog = use_dialog();
    view! {
        <div class="dialog-foot">
            <button class="button" type="button" autofocus on:click=move |_| dialog.close()>"Close"</button>
        </div>
    }
}

fn read(store: Store, id: EnvironmentId, answer: Answer) {
    answer.set(None);
    let client = store.client();
    spawn_local(async move {
        // The panel may have been closed meanwhile.
        match client.environment(id).await {
            Err(error) => drop(answer.try_set(Some(Err(error)))),
            Ok(environment) => {
                let about = About { environment, project: None, organization: None, unread: None };
                if answer.try_set(Some(Ok(about.clone()))).is_none() {
                    answer.try_set(Some(Ok(belonging(&client, about).await)));
                }
            }
        }
    });
}

/// With what it belongs to.
async fn belonging(client: &Client, mut about: About) -> About {
    let (project, organization) = (&about.environment.plain.project.id, &about.environment.plain.organization.id);
    let organizations = client.organizations().await;
    let projects = client.projects(organization).await;
    about.organization = organizations.iter().flatten().find(|one| one.id == *organization).cloned();
    about.project = projects.iter().flatten().find(|one| one.id == *project).cloned();
    // A token may see the environment, and not what it belongs to.
    let mut errors = [organizations.err(), projects.err()].into_iter().flatten();
    about.unread = errors.find(|error| !error.is_not_offered());
    about
}

fn told(store: Store, id: EnvironmentId, answer: Answer) -> AnyView {
    answer.with(|known| match known {
        None => view! { <p class="muted">"Reading what is told of it…"</p> },
        Some(Err(error)) => view! {
            <div role="alert">
                <p class="refused">{error.to_string()}</p>
                <button class="button" type="button" on:click=move |_| read(store, id, answer)>"Read it again"</button>
            </div>
        },
        Some(Ok(about)) => view! {
            {facts(all(store, id, about).into_iter())}
            {about.unread.as_ref().map(|error| {
                view! { <p class="muted" role="status">{format!("What it belongs to could not be read: {error}")}</p> }
            })}
        },
    })
}

fn all(store: Store, id: EnvironmentId, about: &About) -> Vec<Fact> {
    let Detailed { plain, details } = &about.environment;
    let namespace = store.environment(id).map(|row| row.namespace.to_string());
    let changed = moment(details.updated_at.filter(|at| Some(*at) != details.created_at));
    let by = details.last_updated_by.as_ref().filter(|by| !by.is_empty());
    let changed = match (changed, by) {
        (Some(changed), Some(by)) => Some(format!("{changed}, by {}", legible(by))),
        (changed, _) => changed,
    };
    let project = about.project.as_ref();
    let organization = about.organization.as_ref();
    vec![
        one("Mode", Some(format::mode(&plain.mode).to_owned())),
        one("Cloud provider", plain.cloud_provider.provider.clone()),
        one("Region", plain.cloud_provider.cluster.clone()),
        one("Cluster", plain.cluster_name.clone()),
        one("Namespace", namespace),
        one("Expires", moment(details.expires_at)),
        one("Created", moment(details.created_at)),
        one("Changed", changed),
        one("Id", Some(plain.id.clone())),
        belongs("Project", project.map(|one| &one.name), project.and_then(|one| one.description.as_ref())),
        belongs(
            "Organization",
            organization.map(|one| &one.name),
            organization.and_then(|one| one.description.as_ref()),
        ),
        one("Plan", organization.and_then(|one| one.plan.clone())),
    ]
}

/// What something belongs to, and what that is.
fn belongs(term: &'static str, name: Option<&String>, description: Option<&String>) -> Fact {
    (term, name.into_iter().chain(description).cloned().collect())
}
