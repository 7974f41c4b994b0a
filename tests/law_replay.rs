//! A kept journal is run again by later versions of this program, so the same requests at the same times give the same
//! world: every moment, every pod and every line of the log. What this table says may change with the law only.
#![cfg(not(target_arch = "wasm32"))]
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may panic: that is how it fails"
)]

#[path = "kit/worlds.rs"]
mod worlds;

use std::fmt::Write;

use playhead::lifecycle::{Action, Kind, ServiceId};
use playhead::simulator::log::lines;
use playhead::simulator::{Faults, Order, Target, World};

use worlds::{get, home, must, on, service, version, with_instances, world};

/// What can be seen of a service, in one line.
fn sight(world: &World, id: u128) -> String {
    let service = get(world, id);
    let mut sight = format!("{:?} {:?}", service.shown(), service.running_status());
    for pod in &service.pods {
        let _ = write!(sight, " | {} {:?}", pod.name(service), pod.phase);
        if pod.restarts > 0 {
            let _ = write!(sight, " x{}", pod.restarts);
        }
        let _ = write!(sight, " since {}: {}", pod.since, pod.message().unwrap_or("-"));
    }
    sight
}

/// What is done to a world, and when.
type Deed = (i64, fn(&mut World));

/// Plays deeds, and tells what is seen of the service 1 whenever it changes, up to the last deed; then its log.
fn play(title: &str, mut world: World, deeds: &[Deed]) -> String {
    let mut told = format!("# {title}\n");
    let mut last = String::new();
    for &(at, deed) in deeds {
        while let Some(next) = world.next_event().filter(|next| *next <= at) {
            world.advance(next);
            let now = sight(&world, 1);
            if now != last {
                let _ = writeln!(told, "{next:>7} {now}");
                last = now;
            }
        }
        world.advance(at);
        deed(&mut world);
        let now = sight(&world, 1);
        if now != last {
            let _ = writeln!(told, "{at:>7} {now}");
            last = now;
        }
    }
    let running = home(&world).running.iter().map(|deployment| &deployment.record);
    for record in home(&world).history.iter().chain(running) {
        for item in record.items.iter().filter(|item| item.service == ServiceId(1)) {
            let _ = writeln!(told, "log of {:?}", record.action);
            for line in lines(world.seed, get(&world, 1), item, world.now) {
                let _ = writeln!(told, "{:>7} {} {:?} {}", line.at, line.step, line.level, line.text);
            }
        }
    }
    told.push('\n');
    told
}

fn faults(world: &mut World, set: fn(&mut Faults, Target)) {
    let mut faults = Faults::default();
    set(&mut faults, Target::one(ServiceId(1)));
    world.set_faults(faults);
}

const NOTHING: Deed = (3_600_000, |_| {});

fn one(kind: Kind, deployed: bool) -> World {
    let one = with_instances(service(1, "web", kind), 2);
    world(vec![if deployed { one.deployed(0) } else { one }])
}

#[test]
fn the_same_requests_at_the_same_times_give_the_same_world() {
    let mut told = String::new();
    let mut add = |title: &str, world: World, deeds: &[Deed]| told.push_str(&play(title, world, deeds));
    let new: Deed = (1_000, |world| _ = must(world, version(1, "v2")));
    let deploy: Deed = (1_000, |world| _ = must(world, on(Action::Deploy, 1)));

    add("a build and a first deployment", one(Kind::Application, false), &[deploy, NOTHING]);
    add("a build under way", one(Kind::Application, false), &[deploy, (20_000, |_| {})]);
    add("a build at the moment of a line", one(Kind::Application, false), &[deploy, (5_316, |_| {})]);
    add("a rolling replacement", one(Kind::Container, true), &[new, NOTHING]);
    add("a way to the cluster under way", one(Kind::Container, true), &[new, (12_000, |_| {})]);
    add("the same at the moment of a line", one(Kind::Container, true), &[new, (4_272, |_| {})]);
    add(
        "a restart, then a stop",
        one(Kind::Container, true),
        &[
            (1_000, |world| _ = must(world, on(Action::Restart, 1))),
            (60_000, |world| _ = must(world, on(Action::Stop, 1))),
            NOTHING,
        ],
    );
    add(
        "no room for a while",
        one(Kind::Container, true),
        &[
            (0, |world| faults(world, |faults, one| faults.no_capacity = one)),
            new,
            (31_000, |world| world.set_faults(Faults::default())),
            NOTHING,
        ],
    );
    add(
        "a probe that is never ok, and the way back",
        one(Kind::Container, true),
        &[(0, |world| faults(world, |faults, one| faults.readiness_never_ok = one)), new, NOTHING],
    );
    add(
        "a first deployment whose pods are never ready",
        one(Kind::Container, false),
        &[(0, |world| faults(world, |faults, one| faults.readiness_never_ok = one)), deploy, NOTHING],
    );
    add(
        "a first deployment of which one pod gets ready",
        one(Kind::Container, false),
        &[deploy, (12_500, |world| faults(world, |faults, one| faults.readiness_never_ok = one)), NOTHING],
    );
    add(
        "half a replacement, and a way back that fails too",
        one(Kind::Container, true),
        &[new, (12_000, |world| faults(world, |faults, one| faults.readiness_never_ok = one)), NOTHING],
    );
    add(
        "half a replacement, and no room on the way back",
        one(Kind::Container, true),
        &[new, (12_000, |world| faults(world, |faults, one| faults.no_capacity = one)), NOTHING],
    );
    add(
        "half a replacement, and pods that crash",
        one(Kind::Container, true),
        &[new, (11_500, |world| faults(world, |faults, one| faults.pod_crashes = one)), NOTHING],
    );
    add(
        "pods that crashed before, and others that are never ready",
        one(Kind::Container, true),
        &[
            (0, |world| faults(world, |faults, one| faults.pod_crashes = one)),
            (49_000, |world| faults(world, |faults, one| faults.readiness_never_ok = one)),
            (50_000, |world| _ = must(world, version(1, "v2"))),
            NOTHING,
        ],
    );
    add(
        "pods that crash, and are well again",
        one(Kind::Container, true),
        &[
            (0, |world| faults(world, |faults, one| faults.pod_crashes = one)),
            (400_000, |world| world.set_faults(Faults::default())),
            NOTHING,
        ],
    );
    add(
        "a crash that is called off in time",
        one(Kind::Container, true),
        &[
            (0, |world| faults(world, |faults, one| faults.pod_crashes = one)),
            (1_000, |world| world.set_faults(Faults::default())),
            NOTHING,
        ],
    );
    add(
        "a cancel in the middle",
        one(Kind::Container, true),
        &[new, (9_000, |world| _ = must(world, on(Action::Cancel, 1))), NOTHING],
    );
    for kind in [Kind::LifecycleJob, Kind::CronJob, Kind::ManagedDatabase] {
        add(&format!("{kind:?}, deployed"), one(kind, false), &[deploy, NOTHING]);
        add(
            &format!("{kind:?}, held until it is too late"),
            one(kind, false),
            &[(0, |world| faults(world, |faults, one| faults.no_capacity = one)), deploy, NOTHING],
        );
        add(
            &format!("{kind:?}, held for a while"),
            one(kind, false),
            &[
                (0, |world| faults(world, |faults, one| faults.readiness_never_ok = one)),
                deploy,
                (150_000, |world| world.set_faults(Faults::default())),
                NOTHING,
            ],
        );
        add(
            &format!("{kind:?}, where pods crash"),
            one(kind, false),
            &[(0, |world| faults(world, |faults, one| faults.pod_crashes = one)), deploy, NOTHING],
        );
    }
    add(
        "a job is brought down",
        one(Kind::LifecycleJob, true),
        &[(1_000, |world| _ = must(world, Order::environment(Action::Stop))), NOTHING],
    );
    insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
        insta::assert_snapshot!("replay", told);
    });
}
