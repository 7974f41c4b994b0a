//! The loop: inputs are changed, tried, and kept when the target does something with them that it has not done before.
//!
//! What a target has done is what it says of it: a status, an error's words without what is quoted in them. That is less
//! than a compiler's count of edges, which needs a nightly one, and costs nothing.

use std::collections::HashSet;
use std::fs::{self, File};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{Seek, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::ALLOCATOR;
use crate::mutate::{Mutator, smaller};

/// What is tried with inputs.
pub struct Target {
    pub name: &'static str,
    /// Where it begins.
    pub seeds: fn() -> Vec<Vec<u8>>,
    /// Tries one; says what it did; a panic is a failure.
    pub run: fn(&[u8]) -> String,
    /// How many bytes it may hold at a time for a byte of input…
    pub each: usize,
    /// …and for none.
    pub base: usize,
}

/// How a run is.
pub struct Run {
    pub time: Duration,
    pub seed: u64,
    /// What was found in earlier ones is tried as well, and what is found is written down.
    pub long: bool,
    /// What is found goes into the kept corpus, small.
    pub keep: bool,
}

/// What came of a target.
#[derive(Default)]
pub struct Figures {
    pub executions: u64,
    pub known: usize,
    /// Milliseconds of the slowest input.
    pub slowest: u128,
    /// The most of its bound that was held, in per cent.
    pub held: usize,
}

/// An input takes no longer, with a machine that does other things too.
const LONGEST: Duration = Duration::from_secs(10);
/// More is taken for running away, and ended before the machine gives way.
const LARGEST: usize = 1 << 30;
/// How many inputs are known at a time.
const KNOWN: usize = 4_000;
/// How long a failing input is made smaller, and one that is kept.
const SHRINKING: [Duration; 2] = [Duration::from_secs(10), Duration::from_millis(500)];
/// How many inputs are added to the kept corpus until it has enough, and how long they are at most.
const KEPT: usize = 32;
const KEPT_LONGEST: usize = 2_000;

/// Since when an input is tried.
static SINCE: Mutex<Option<Instant>> = Mutex::new(None);
/// The words and the place of the last panic.
static PANIC: Mutex<String> = Mutex::new(String::new());

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Keeps the words of panics for the end, and ends the process of a target that would never end by itself.
pub fn watch() {
    std::panic::set_hook(Box::new(|panic| *lock(&PANIC) = panic.to_string()));
    std::thread::spawn(|| {
        loop {
            std::thread::sleep(Duration::from_millis(100));
            let hangs = lock(&SINCE).is_some_and(|since| since.elapsed() > 2 * LONGEST);
            if hangs || ALLOCATOR.current_usage() > LARGEST {
                println!("  {}", if hangs { "it hangs" } else { "it takes more than a gigabyte" });
                std::process::abort();
            }
        }
    });
}

fn root(folder: &str, target: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(folder).join(target)
}

/// What every run tries first.
fn corpus(target: &str) -> PathBuf {
    root("tests/corpus", target)
}

/// Where runs write.
fn found(target: &str) -> PathBuf {
    root("target/fuzz", target)
}

/// The input that is tried: what is left of a process that is ended by a signal.
pub fn trying(target: &str) -> PathBuf {
    found(target).join("trying")
}

/// Writes an input down under a name of its own.
fn write(folder: &Path, what: &str, input: &[u8]) -> PathBuf {
    let mut hasher = DefaultHasher::new();
    input.hash(&mut hasher);
    let path = folder.join(format!("{what}-{:016x}", hasher.finish()));
    fs::create_dir_all(folder).and_then(|()| fs::write(&path, input)).expect("the folder can be written to");
    path
}

/// Writes a failing input down; says where it is, and how to try it again.
pub fn failed(target: &str, input: &[u8]) -> String {
    let path = write(&found(target), "failed", input);
    format!("{} bytes; to try them again: cargo test --test fuzz -- {target} {}", input.len(), path.display())
}

fn read(folder: &Path) -> Vec<Vec<u8>> {
    let files = fs::read_dir(folder).into_iter().flatten().flatten().map(|file| file.path());
    let mut paths: Vec<PathBuf> = files.filter(|path| !path.ends_with("trying")).collect();
    paths.sort();
    paths.iter().map(|path| fs::read(path).unwrap()).collect()
}

/// What was done, without what came from the input.
fn class(done: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    for (place, part) in done.split('"').enumerate().filter(|(place, _)| place % 2 == 0).take(12) {
        let words: String = part.chars().filter(|one| one.is_ascii_alphabetic() || *one == ' ').take(160).collect();
        (place.min(1), words).hash(&mut hasher);
    }
    hasher.finish()
}

/// A target that is being tried.
struct Trial<'a> {
    target: &'a Target,
    trying: File,
    figures: Figures,
}

impl Trial<'_> {
    /// Tries an input.
    ///
    /// # Errors
    /// What is wrong with what it did.
    fn one(&mut self, input: &[u8]) -> Result<String, String> {
        let Trial { target, trying, figures } = self;
        let noted = trying.set_len(0).and_then(|()| trying.rewind()).and_then(|()| trying.write_all(input));
        noted.expect("the folder can be written to");
        let began = Instant::now();
        *lock(&SINCE) = Some(began);
        let before = ALLOCATOR.current_usage();
        ALLOCATOR.reset_peak_usage();
        let done = catch_unwind(AssertUnwindSafe(|| (target.run)(input)));
        let held = ALLOCATOR.peak_usage().saturating_sub(before);
        *lock(&SINCE) = None;
        let (took, bound) = (began.elapsed(), target.each * input.len() + target.base);
        figures.executions += 1;
        figures.slowest = figures.slowest.max(took.as_millis());
        figures.held = figures.held.max(held.saturating_mul(100) / bound);
        match done {
            Err(_) => Err(lock(&PANIC).clone()),
            Ok(_) if took > LONGEST => Err(format!("it took {} s", took.as_secs())),
            Ok(_) if held > bound => Err(format!("it held {held} bytes for {}, more than {bound}", input.len())),
            Ok(done) => Ok(done),
        }
    }

    /// Tries one that has to be right.
    fn must(&mut self, input: &[u8]) -> Result<String, String> {
        self.one(input).map_err(|problem| {
            // Small, as long as it goes wrong in the same way: another failure is another matter. Where it panicked has
            // numbers, which say something; how much and how long have others each time.
            let words = |problem: &str| -> String {
                let first = problem.lines().next().unwrap_or_default();
                let panicked = first.starts_with("panicked");
                first.chars().filter(|one| panicked || !one.is_ascii_digit()).collect()
            };
            let same = |input: &[u8]| self.one(input).is_err_and(|other| words(&other) == words(&problem));
            let small = shrink(input, SHRINKING[0], same);
            format!("{problem}\n  with {}", failed(self.target.name, &small))
        })
    }
}

impl Target {
    fn trial(&self) -> Trial<'_> {
        fs::create_dir_all(found(self.name)).expect("the folder can be made");
        let trying = File::create(trying(self.name)).expect("the folder can be written to");
        Trial { target: self, trying, figures: Figures::default() }
    }

    /// Tries one input, as it is.
    ///
    /// # Errors
    /// What went wrong.
    pub fn again(&self, input: &[u8]) -> Result<Figures, String> {
        let mut trial = self.trial();
        trial.one(input).map(|_| trial.figures)
    }

    /// Tries what is known, then changes of it until the time is over.
    ///
    /// # Errors
    /// What went wrong, and where the input is.
    pub fn fuzz(&self, run: &Run) -> Result<Figures, String> {
        let mut trial = self.trial();
        let (mut seen, mut known) = (HashSet::new(), Vec::new());
        let kept = read(&corpus(self.name));
        let mut room = KEPT.saturating_sub(kept.len());
        let earlier = if run.long { read(&found(self.name)) } else { Vec::new() };
        for input in (self.seeds)().into_iter().chain(kept).chain(earlier) {
            let done = trial.must(&input)?;
            // What is already tried may be tried again, what was found must be new.
            if seen.insert(class(&done)) || known.len() < KNOWN / 2 {
                known.push(input);
            }
        }
        let mut mutator = Mutator::new(run.seed);
        let began = Instant::now();
        while began.elapsed() < run.time {
            let (one, other) = (mutator.choice.below(known.len()), mutator.choice.below(known.len()));
            let input = mutator.change(&known[one], &known[other]);
            let done = class(&trial.must(&input)?);
            if known.len() < KNOWN && seen.insert(done) {
                if run.long {
                    write(&found(self.name), "found", &input);
                }
                if run.keep && room > 0 {
                    let like = |input: &[u8]| trial.one(input).is_ok_and(|other| class(&other) == done);
                    let small = shrink(&input, SHRINKING[1], like);
                    if small.len() <= KEPT_LONGEST {
                        room -= 1;
                        write(&corpus(self.name), "found", &small);
                    }
                }
                known.push(input);
            }
        }
        trial.figures.known = known.len();
        // Nothing failed: what is tried now is nothing to look at.
        let _ = fs::remove_file(crate::engine::trying(self.name));
        Ok(trial.figures)
    }
}

/// A small input for which it is still so.
fn shrink(input: &[u8], time: Duration, mut so: impl FnMut(&[u8]) -> bool) -> Vec<u8> {
    let (mut small, began) = (input.to_vec(), Instant::now());
    'smaller: while began.elapsed() < time {
        for other in smaller(&small) {
            if began.elapsed() < time && so(&other) {
                small = other;
                continue 'smaller;
            }
        }
        break;
    }
    small
}
