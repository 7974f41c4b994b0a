//! The size gate: every byte of the first load, compressed as a good host would.

use std::path::Path;

use crate::process::{Failure, command, read, root};
use crate::{build, program};

/// The most that the first load may weigh, in bytes after brotli 11.
const LIMIT: u64 = 250_000;

/// Weighs the page in `folder` and prints the table; a first load that weighs too much is a failure.
///
/// The first load is all that the browser fetches until the page is complete and answers: everything but the program's
/// second part and its style, which are fetched at the first sign that somebody is going to act (`tests/e2e/ondemand.spec.ts`).
pub fn gate(folder: &Path) -> Result<(), Failure> {
    let table = read(command("node").arg(root().join("xtask/weigh.mjs")).arg(folder))?;
    println!("  {:>9} {:>9}", "bytes", "brotli 11");
    let (mut first, mut later) = (0, 0);
    for line in table.lines() {
        let mut words = line.splitn(3, ' ');
        let mut number = || words.next().and_then(|word| word.parse::<u64>().ok());
        let (Some(plain), Some(small)) = (number(), number()) else {
            return Err(format!("cannot understand the weighing's line {line:?}"));
        };
        let path = words.next().unwrap_or_default();
        let on_demand = path.ends_with(program::ON_DEMAND) || path.starts_with(build::LATER);
        println!("  {plain:>9} {small:>9}  {path}{}", if on_demand { " (on demand)" } else { "" });
        *(if on_demand { &mut later } else { &mut first }) += small;
    }
    println!("  {first:>19}  first load; {later} more on demand");
    if first == 0 || later == 0 {
        return Err(format!("{} holds no page in two parts", folder.display()));
    }
    match first.checked_sub(LIMIT) {
        Some(above) if above > 0 => Err(format!("the first load is {above} bytes above the limit of {LIMIT}")),
        _ => Ok(()),
    }
}
