//! The environments that are explored, and what is asked in them.

use playhead::lifecycle::{Action, Engine, Kind, Provider, ServiceId, Source, StageId, Status};
use playhead::simulator::{Order, Service, World};

use super::worlds::{self, HOME};

/// A kind of service with all that makes a difference to the rule, under the name of the law's table (§3, by kind).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Sort {
    Application,
    Container,
    ContainerDatabase,
    ManagedOnAws,
    ManagedRedis,
    ManagedElsewhere,
    GitJob,
    ImageJob,
    GitCron,
    ImageCron,
    Helm,
    Other,
}

impl Sort {
    pub const ALL: [Sort; 12] = [
        Sort::Application,
        Sort::Container,
        Sort::ContainerDatabase,
        Sort::ManagedOnAws,
        Sort::ManagedRedis,
        Sort::ManagedElsewhere,
        Sort::GitJob,
        Sort::ImageJob,
        Sort::GitCron,
        Sort::ImageCron,
        Sort::Helm,
        Sort::Other,
    ];

    pub fn kind(self) -> Kind {
        match self {
            Sort::Application => Kind::Application,
            Sort::Container => Kind::Container,
            Sort::ContainerDatabase => Kind::ContainerDatabase,
            Sort::ManagedOnAws | Sort::ManagedRedis | Sort::ManagedElsewhere => Kind::ManagedDatabase,
            Sort::GitJob | Sort::ImageJob => Kind::LifecycleJob,
            Sort::GitCron | Sort::ImageCron => Kind::CronJob,
            Sort::Helm => Kind::Helm,
            Sort::Other => Kind::Unknown,
        }
    }

    pub fn builds(self) -> bool {
        matches!(self, Sort::Application | Sort::GitJob | Sort::GitCron)
    }

    /// A job from git has a stop command, one from an image has none, so that both are seen.
    fn service(self, id: u128) -> Service {
        let mut service = worlds::service(id, &format!("{self:?}{id}"), self.kind());
        service.source = if self.builds() { Source::Git } else { service.source };
        service.has_stop_command = self == Sort::GitJob;
        if self == Sort::ManagedRedis {
            service.engine = Engine::Redis;
        }
        service
    }
}

/// How much is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Breadth {
    /// Every action in every scope.
    Everything,
    /// Every action on the environment, and on each service what the environment cannot be asked for; the scopes that
    /// only choose services differently are left to smaller environments.
    Essential,
    /// One order of each sort that waits, for what is shown meanwhile and who is next.
    Waiting,
    /// Every action, most of them on the environment: a version of the last service, a restart of the second, and a cancel
    /// of each by itself, of the first also by force.
    Broad,
    /// Restarts that wait. Everything is asked, and little of it followed.
    Calm,
}

/// An environment, and what is asked in it.
#[derive(Clone, Debug)]
pub struct Setup {
    pub name: String,
    /// Each service with the stage it is in and its number of instances.
    pub services: Vec<(Sort, u128, u32)>,
    /// The statuses the first service is found in, beside never deployed.
    pub found: Vec<Status>,
    /// Builds, and deployments, at a time.
    pub slots: usize,
    /// How many requests may wait.
    pub queue: usize,
    pub breadth: Breadth,
    /// The numbers of instances the user sets the first service to, beside the one it begins with.
    pub instances: Option<u32>,
    /// Whether pods that are ready may crash.
    pub crashes: bool,
    /// How many faults there may be on one way, crashes included; `None`: any number. Without them what fails has missed
    /// its deadline.
    pub faults: Option<usize>,
}

impl Setup {
    /// With everything asked, four slots, and this many waiting requests.
    pub fn new(services: &[(Sort, u128, u32)], waiting: usize) -> Setup {
        let name: Vec<String> =
            services.iter().map(|(sort, stage, instances)| format!("{sort:?}.{stage}.{instances}")).collect();
        Setup {
            name: format!("{}/{waiting}", name.join("+")),
            services: services.to_vec(),
            found: Vec::new(),
            slots: 4,
            queue: waiting,
            breadth: Breadth::Everything,
            instances: None,
            crashes: true,
            faults: None,
        }
    }

    /// The same, and again with the first service found in each of these statuses.
    pub fn found(mut self, statuses: Vec<Status>) -> Setup {
        self.name.push_str("/found");
        self.found = statuses;
        self
    }

    /// The same, with as few orders as still ask every action.
    pub fn essential(mut self) -> Setup {
        self.name.push_str("/essential");
        self.breadth = Breadth::Essential;
        self
    }

    /// The same, with one order of each sort that waits.
    pub fn waiting(mut self) -> Setup {
        self.name.push_str("/waiting");
        self.breadth = Breadth::Waiting;
        self
    }

    /// The same, with about one order of each sort there is.
    pub fn broad(mut self) -> Setup {
        self.name.push_str("/broad");
        self.breadth = Breadth::Broad;
        self
    }

    /// The same, with so many faults and crashes at most on the way from the beginning, at any time.
    pub fn faults(mut self, most: usize) -> Setup {
        self.name = format!("{}/faults{most}", self.name);
        self.faults = Some(most);
        self
    }

    /// The same, without faults, and with few orders that are followed.
    pub fn calm(mut self) -> Setup {
        self.name.push_str("/calm");
        self.breadth = Breadth::Calm;
        self.faults = Some(0);
        self
    }

    /// The same, without crashes of ready pods.
    pub fn steady(mut self) -> Setup {
        self.name.push_str("/steady");
        self.crashes = false;
        self
    }

    /// The same, with one slot of each sort.
    pub fn one_slot(mut self) -> Setup {
        self.name.push_str("/slot");
        self.slots = 1;
        self
    }

    /// The same, with a user who also sets the first service to this many instances, and back.
    pub fn resized(mut self, instances: u32) -> Setup {
        self.name = format!("{}/resized{instances}", self.name);
        self.instances = Some(instances);
        self
    }

    /// The worlds it begins with.
    pub fn worlds(&self) -> Vec<World> {
        let found = self.found.iter().map(|status| self.world(Some(status)));
        [self.world(None)].into_iter().chain(found).collect()
    }

    fn world(&self, found: Option<&Status>) -> World {
        let mut services: Vec<Service> = Vec::new();
        for (place, (sort, stage, instances)) in self.services.iter().enumerate() {
            let mut service = worlds::with_instances(sort.service(place as u128 + 1), *instances);
            service.stage = StageId(*stage);
            if let Some(status) = found.filter(|_| place == 0) {
                if !matches!(status, Status::Ready | Status::Deleted | Status::Stopped) {
                    service = service.deployed(0);
                }
                service.status = status.clone();
            }
            services.push(service);
        }
        let mut environment = worlds::environment(services);
        if self.services.iter().any(|(sort, ..)| *sort == Sort::ManagedElsewhere) {
            environment.provider = Provider::Gcp;
        }
        let mut world = World::new(7, 0, vec![environment]);
        world.settings.build_slots = self.slots;
        world.settings.deployment_slots = self.slots;
        world
    }

    /// All that is asked, again and again; those first that are followed, as many as the number says.
    pub fn orders(&self) -> (Vec<Order>, usize) {
        let mut orders = self.environment_orders();
        for place in 0..self.services.len() {
            self.service_orders(place, &mut orders);
        }
        let on_each = |action| self.ids().map(move |id| Order::service(action, id));
        match self.breadth {
            Breadth::Everything => self.subset_orders(&mut orders),
            Breadth::Essential if self.found.is_empty() => {}
            // In every status the other scopes are asked too, and what comes of it is not followed.
            Breadth::Essential => {
                let number = orders.len();
                for id in self.ids() {
                    orders.extend(Action::ALL.map(|action| Order::service(action, id)));
                }
                self.subset_orders(&mut orders);
                return (orders, number);
            }
            Breadth::Broad => {
                orders = self.environment_orders();
                let all: Vec<ServiceId> = self.ids().collect();
                orders.push(Order::version(all[all.len() - 1], "v2".into()));
                orders.push(Order::service(Action::Restart, all[1]));
                orders.extend(on_each(Action::Cancel));
                orders.push(Order::service(Action::Cancel, all[0]).forced());
                orders.push(Order::subset(Action::Stop, all[..2].to_vec()));
            }
            Breadth::Waiting => {
                orders = [Action::Deploy, Action::Stop, Action::Cancel].map(Order::environment).to_vec();
                orders.extend(on_each(Action::Restart).chain(on_each(Action::Redeploy)));
            }
            Breadth::Calm => {
                let mut followed = vec![Order::environment(Action::Deploy)];
                followed.extend(on_each(Action::Restart).chain(on_each(Action::Redeploy)));
                let number = followed.len();
                self.subset_orders(&mut orders);
                followed.append(&mut orders);
                return (followed, number);
            }
        }
        let number = orders.len();
        (orders, number)
    }

    fn environment_orders(&self) -> Vec<Order> {
        let mut orders: Vec<Order> = Action::ALL.into_iter().map(Order::environment).collect();
        orders.push(Order::environment(Action::Cancel).forced());
        if self.services.iter().any(|(sort, ..)| sort.builds()) {
            let chosen = self.ids().take(1).map(|id| (id, Some("v2".into()))).collect();
            orders.push(Order { items: chosen, ..Order::environment(Action::DeployLatest) });
        }
        orders
    }

    fn service_orders(&self, place: usize, orders: &mut Vec<Order>) {
        let id = ServiceId(place as u128 + 1);
        orders.push(Order::version(id, "v2".into()));
        if self.breadth == Breadth::Essential {
            let alone = [Action::Redeploy, Action::Stop, Action::Restart];
            orders.extend(alone.map(|action| Order::service(action, id)));
            return;
        }
        orders.push(Order::version(id, "v1".into()));
        orders.extend(Action::ALL.map(|action| Order::service(action, id)));
        orders.push(Order::service(Action::Cancel, id).forced());
    }

    /// All services, and the first one alone: a selection of one is judged differently (law §4).
    fn subset_orders(&self, orders: &mut Vec<Order>) {
        let all: Vec<ServiceId> = self.ids().collect();
        let mut selections = vec![vec![ServiceId(1)]];
        if all.len() > 1 {
            selections.push(all);
        }
        for selection in selections {
            orders.extend(Action::ALL.map(|action| Order::subset(action, selection.clone())));
            orders.push(Order::subset(Action::Cancel, selection.clone()).forced());
            let mut versions = Order::subset(Action::Redeploy, selection);
            versions.items[0].1 = Some("v2".into());
            orders.push(versions);
        }
    }

    fn ids(&self) -> impl Iterator<Item = ServiceId> {
        (1..=self.services.len() as u128).map(ServiceId)
    }
}

/// The environment a world of these has.
pub fn home(world: &World) -> &playhead::simulator::Environment {
    let home = &world.environments[0];
    debug_assert!(home.id == HOME);
    home
}
