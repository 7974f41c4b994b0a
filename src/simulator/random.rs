//! Seeded, stateless randomness: the same question always has the same answer, whatever was asked before.

use crate::lifecycle::ServiceId;

/// SplitMix64's finaliser: a well-mixed bijection of 64 bits.
pub fn mix(value: u64) -> u64 {
    let z = value.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// A value for (seed, service, what, which): independent of the order of questions.
pub fn draw(seed: u64, service: ServiceId, what: u64, which: u64) -> u64 {
    let id = mix(service.0 as u64 ^ mix((service.0 >> 64) as u64));
    mix(seed ^ mix(id ^ mix(what.rotate_left(32) ^ which)))
}

/// `draw`, brought into `from..=to`.
pub fn between(from: i64, to: i64, draw: u64) -> i64 {
    let span = to.saturating_sub(from).max(0).unsigned_abs() + 1;
    from + (draw % span) as i64
}
