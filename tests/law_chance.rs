//! Chance (law §9.8): what is drawn follows from the seed alone, and is the same in every version of this program, for
//! kept journals are run again by later ones.
#![cfg(not(target_arch = "wasm32"))]
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may panic: that is how it fails"
)]

#[path = "kit/worlds.rs"]
mod worlds;

use std::collections::BTreeSet;

use playhead::lifecycle::{Action, Kind, ServiceId};
use playhead::simulator::World;
use playhead::simulator::random::{between, draw, mix};

use worlds::{environment, home, must, on, service, settle};

/// The first values of the published generator, SplitMix64, from the seed 0.
#[test]
fn the_mixer_is_splitmix64() {
    let golden = 0x9e37_79b9_7f4a_7c15_u64;
    let values = [0, golden, golden.wrapping_mul(2)].map(mix);
    assert_eq!(values, [0xe220_a839_7b1d_cdaf, 0x6e78_9e6a_a1b9_65f4, 0x06c4_5d18_8009_454f]);
}

#[test]
fn a_draw_depends_on_everything_it_is_for_and_on_nothing_else() {
    let one = ServiceId(0x0123_4567_89ab_cdef_fedc_ba98_7654_3210);
    assert_eq!(draw(7, one, 3, 5), draw(7, one, 3, 5));
    let other_half = ServiceId(one.0 ^ 1 << 100);
    let drawn = [
        draw(7, one, 3, 5),
        draw(8, one, 3, 5),
        draw(7, ServiceId(one.0 + 1), 3, 5),
        draw(7, other_half, 3, 5),
        draw(7, one, 4, 5),
        draw(7, one, 3, 6),
        draw(7, one, 5, 3),
    ];
    assert_eq!(BTreeSet::from(drawn).len(), drawn.len());
    assert_eq!(drawn[0], 0xecdd_8491_64f1_beab);
}

/// As the names on a cluster: told apart by service, set and pod.
#[test]
fn the_name_of_a_pod_is_drawn_from_its_service_its_set_and_its_serial() {
    let mut named = service(0x7123_4567_89ab_cdef_7edc_ba98_7654_3211, "My web!2", Kind::Container).deployed(0);
    let mut pod = named.pods.remove(0);
    let mut name = |set: u32, serial: u32| {
        (pod.set, pod.serial) = (set, serial);
        pod.name(&named)
    };
    assert_eq!(name(1, 1), "my-web-2-03a20d76-e4fa2");
    assert_eq!(name(6, 9), "my-web-2-0df5582e-1d9eb");
    assert_eq!(name(u32::MAX, 77), "my-web-2-d609d227-218b9");
}

#[test]
fn a_duration_is_one_of_those_from_the_first_to_the_last() {
    let all: BTreeSet<i64> = (0..100).map(|draw| between(-1, 2, draw)).collect();
    assert_eq!(all, BTreeSet::from([-1, 0, 1, 2]));
    assert_eq!([0, 3, 4, 7].map(|draw| between(10, 13, draw)), [10, 13, 10, 13]);
    assert_eq!((between(5, 5, u64::MAX), between(5, 1, u64::MAX)), (5, 5), "there is one at least");
    assert_eq!(between(0, i64::MAX, 12), 12);
}

#[test]
fn ids_of_requests_are_random_uuids_of_the_seed_and_never_the_same() {
    let ids = |seed: u64, before: u64| {
        let environment = environment(vec![service(1, "web", Kind::Container)]);
        let mut world = World::resumed(seed, 0, vec![environment], before);
        for _ in 0..40 {
            must(&mut world, on(Action::DeployVersion, 1));
            settle(&mut world);
        }
        home(&world).history.iter().map(|record| record.id.0).collect::<Vec<u128>>()
    };
    let (one, again, other, later) = (ids(1, 0), ids(1, 0), ids(2, 0), ids(1, 40));
    assert_eq!(one, again);
    let all: BTreeSet<u128> = one.iter().chain(&other).chain(&later).copied().collect();
    assert_eq!(all.len(), 120);
    for id in &all {
        assert_eq!((id >> 76 & 0xf, id >> 62 & 0x3), (4, 2), "version 4, the variant of the RFC: {id:032x}");
    }
    // All other bits are drawn: each is set in some and not in others.
    let fixed = 0xf_u128 << 76 | 0x3_u128 << 62;
    let (ones, zeros) = all.iter().fold((0, 0), |(ones, zeros), id| (ones | id, zeros | !id));
    assert_eq!((ones | fixed, zeros | fixed), (u128::MAX, u128::MAX));
    assert_eq!(one[0], 0xe9fd_6049_d65a_421e_b095_beeb_d765_75e4);
}
