//! Commits of a git service: made from the seed whenever asked, never kept.

use crate::api::Time;
use crate::api::version::Commit;
use crate::lifecycle::ServiceId;
use crate::simulator::Millis;
use crate::simulator::random::{between, draw, mix};

const VERBS: [&str; 12] =
    ["Fix", "Speed up", "Test", "Document", "Simplify", "Log", "Validate", "Cache", "Retry", "Rename", "Split", "Drop"];
const THINGS: [&str; 16] = [
    "the price calculation",
    "the session cookie",
    "the pagination of orders",
    "the stock counter",
    "the webhook signature",
    "the currency rounding",
    "the search index",
    "the e-mail template",
    "the rate limiter",
    "the connection pool",
    "the address form",
    "the health endpoint",
    "the feature flag",
    "the export as CSV",
    "the time zone of invoices",
    "the retry of failed payments",
];
const ENDINGS: [&str; 6] =
    ["", " for guests", " under load", " on slow networks", " in the mobile view", " (part two)"];
const AUTHORS: [&str; 5] = ["Ada Example", "Ben Sample", "Cleo Placeholder", "Dan Fixture", "Eve Specimen"];

/// Draws about commits; what is drawn, for [`draw`].
const HASH: u64 = 0xc0_0001;
const TEXT: u64 = 0xc0_0002;
const AGE: u64 = 0xc0_0003;
const COUNT: u64 = 0xc0_0004;

/// How many commits a service has: 40 and more.
fn count(seed: u64, service: ServiceId) -> u64 {
    40 + draw(seed, service, COUNT, 0) % 50
}

fn pick<'a>(list: &[&'a str], draw: u64) -> &'a str {
    list.get(draw as usize % list.len().max(1)).copied().unwrap_or("")
}

/// The full hash of a service's commit; 0 is the newest.
pub fn hash(seed: u64, service: ServiceId, which: u64) -> String {
    let first = draw(seed, service, HASH, which);
    format!("{:016x}{:016x}{:08x}", first, mix(first), mix(mix(first)) >> 32)
}

/// Whether a service has this commit. Costs no more than the hashes up to it.
pub fn has(seed: u64, service: ServiceId, id: &str) -> bool {
    (0..count(seed, service)).any(|which| hash(seed, service, which) == id)
}

/// The commits of a service, newest first, as of the world's birth (Unix ms).
pub fn commits(seed: u64, service: ServiceId, born: Millis) -> impl Iterator<Item = Commit> {
    let mut at = born;
    let commit = move |which| {
        at -= between(5 * 60_000, 30 * 3_600_000, draw(seed, service, AGE, which));
        let text = draw(seed, service, TEXT, which);
        let message = if text.is_multiple_of(9) {
            format!("Bump library {} to {}.{}", text % 40, text / 64 % 9, text / 512 % 20)
        } else {
            let (verb, thing) = (pick(&VERBS, text), pick(&THINGS, text >> 8));
            format!("{verb} {thing}{}", pick(&ENDINGS, text >> 16))
        };
        let author = if text.is_multiple_of(9) { "dependency-bot" } else { pick(&AUTHORS, text >> 24) };
        let git_commit_id = hash(seed, service, which);
        let tag = if which % 7 == 3 { format!("v1.{}.0", 40 - which.min(40)) } else { String::new() };
        Commit { git_commit_id, created_at: Time(at - at.rem_euclid(1000)), message, author_name: author.into(), tag }
    };
    (0..count(seed, service)).map(commit)
}
