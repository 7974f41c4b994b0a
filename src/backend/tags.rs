//! Image tags and chart versions: made from the seed and a name whenever asked, never kept.

use crate::api::Time;
use crate::simulator::Millis;
use crate::simulator::random::mix;

/// A number from a seed and a name (FNV-1a, then mixed).
fn of_name(seed: u64, name: &str) -> u64 {
    let fold = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    mix(seed ^ name.bytes().fold(0xcbf2_9ce4_8422_2325, fold))
}

/// `count` semantic versions, newest first.
fn versions(mut draw: u64, count: usize) -> Vec<String> {
    let (mut major, mut minor, mut patch) = (2 + draw % 4, 8 + (draw >> 8) % 12, (draw >> 16) % 6);
    let mut list = Vec::with_capacity(count);
    while list.len() < count {
        list.push(format!("{major}.{minor}.{patch}"));
        draw = mix(draw);
        if patch > 0 {
            patch -= 1;
        } else if minor > 0 {
            (minor, patch) = (minor - 1, draw % 7);
        } else {
            (major, minor, patch) = (major.saturating_sub(1), 9 + draw % 9, draw % 7);
        }
        if major == 0 && minor == 0 && patch == 0 {
            break;
        }
    }
    list
}

/// The tags of an image, newest first: 60 and more. An image that is built nightly has a tag per build, thousands.
pub fn tags(seed: u64, image: &str, born: Millis) -> Vec<String> {
    let draw = of_name(seed, image);
    if !image.ends_with("-nightly") {
        return versions(draw, 60 + (draw % 30) as usize);
    }
    let build = |number: i64| {
        let day = Time(born - number * 7 * 3_600_000).to_string();
        let day = day.get(..10).unwrap_or("").replace('-', "");
        format!("nightly-{day}-{:07x}", mix(draw ^ number.unsigned_abs()) >> 36)
    };
    (0..3200).map(build).collect()
}

/// The versions of a chart, newest first.
pub fn charts(seed: u64, chart: &str) -> Vec<String> {
    let draw = of_name(seed, chart);
    versions(draw, 24 + (draw % 20) as usize)
}
