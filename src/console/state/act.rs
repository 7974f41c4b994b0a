//! Sends what was asked for, and tells what is known of it: sent, accepted, refused, or not known.

use std::sync::Arc;

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::{Order, Store, announce, poll};
use crate::client;
use crate::console::format;
use crate::console::toast;
use crate::lifecycle::{Action, RequestId, Scope, ServiceId, rule};

impl Store {
    /// Sends an order. Its toast says what becomes of it.
    pub fn send(self, order: Order) {
        let words = self.words(&order);
        announce::acted(self, &order.services);
        let toast = toast::sending(words, order.clone());
        let environment = order.environment;
        if order.scope == Scope::Subset {
            self.selection.update(|selection| selection.clear());
        }
        let request = self.request(order);
        spawn_local(async move {
            let answer = self.client().act(&request).await;
            match answer {
                Ok(accepted) => toast.accepted(accepted.request, accepted.position.map(u64::from), environment),
                Err(error) => {
                    poll::heed(self, &error);
                    toast.refused(error);
                }
            }
            self.poke();
        });
    }

    /// Takes a waiting request back.
    pub fn take_back(self, request: RequestId) {
        spawn_local(async move {
            // What answers it in this page is on its way since the pointer moved.
            let answer = match self.loader.loaded().await {
                Ok(_) => self.client().take_back(request).await,
                Err(_) => Err(client::Error::Offline),
            };
            match answer {
                Ok(()) => _ = self.said.try_set("Taken back".to_owned()),
                Err(error) => {
                    poll::heed(self, &error);
                    toast::refused("Take back a request".to_owned(), error);
                }
            }
            self.poke();
        });
    }

    /// The order with all that the wire wants to know of its services.
    pub fn request(self, order: Order) -> client::Order {
        let item = |service: &ServiceId| {
            let row = self.services.peek(service.0)?;
            let version = order.versions.iter().find(|(id, _)| id == service).map(|(_, version)| version.clone());
            Some(client::Item { service: *service, kind: row.kind, source: row.source, version })
        };
        client::Order {
            environment: order.environment,
            action: order.action,
            scope: order.scope,
            items: order.services.iter().filter_map(item).collect(),
            force: order.force,
        }
    }

    /// The order in words: "Redeploy api", "Stop 3 services", "Deploy staging". Of a selection only those count that
    /// the rule takes in.
    pub fn words(self, order: &Order) -> String {
        let name = |id: &ServiceId| self.services.peek(id.0).map(|row| row.name.clone());
        let environment = || self.environments.peek(order.environment.0).map(|row| row.name.clone());
        let on: Arc<str> = match (order.scope, order.services.as_slice()) {
            (Scope::Service, [one]) => name(one).unwrap_or_else(|| "the service".into()),
            (Scope::Subset | Scope::Service, many) => {
                let takes = |id: &&ServiceId| {
                    let row = self.services.peek(id.0);
                    row.is_none_or(|row| rule::allowed_in_subset(order.action, many.len(), &row.facts()).is_ok())
                };
                match many.iter().filter(takes).collect::<Vec<_>>().as_slice() {
                    [one] => name(one).unwrap_or_else(|| "the service".into()),
                    all => format::count(all.len(), "service").into(),
                }
            }
            (Scope::Environment, _) => environment().unwrap_or_else(|| "the environment".into()),
        };
        match order.action {
            Action::Deploy => format!("Deploy {on}"),
            Action::Redeploy => format!("Redeploy {on}"),
            Action::Restart => format!("Restart {on}"),
            Action::Stop => format!("Stop {on}"),
            Action::Cancel => format!("Cancel deployment of {on}"),
            Action::DeployVersion => match order.versions.first() {
                Some((_, version)) => format!("Deploy {} of {on}", format::short_version(version)),
                None => format!("Deploy other version of {on}"),
            },
            Action::DeployLatest => format!("Deploy latest version of {on}"),
        }
    }
}
