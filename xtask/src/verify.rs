//! `cargo xtask verify`: the long checks, which `test` leaves out.
//!
//! Each step returns figures by their names; the end of the output sums them up. A figure that a step's tests print as
//! `figure: name = number` is read from there.

mod fuzz;
mod kills;
mod lifecycle;
mod mutants;
mod schemathesis;

use std::process::Command;

use crate::arguments::Arguments;
use crate::build::{self, Place, Profile};
use crate::process::{Failure, command, step, watch};
use crate::{deny, e2e, setup};

/// Something that was counted: what, and how many.
type Figure = (String, u64);

/// A step: its name on the command line, what it does.
struct Step {
    name: &'static str,
    title: &'static str,
    run: fn() -> Result<Vec<Figure>, Failure>,
}

/// In the order they run in.
const STEPS: [Step; 9] = [
    Step { name: "deny", title: "Ask what the dependencies may be", run: dependencies },
    Step { name: "model", title: "Search every state of small worlds", run: lifecycle::model },
    Step { name: "dst", title: "Drive random worlds through random requests", run: lifecycle::dst },
    Step { name: "mutants", title: "Break the law in every way, and see that a test fails", run: mutants::verify },
    Step { name: "fuzz", title: "Send what nobody would send, five minutes to each target", run: fuzz::fuzz },
    Step {
        name: "hostile",
        title: "Put hostile texts in every place of the page and the command line",
        run: fuzz::hostile,
    },
    Step { name: "kills", title: "Kill the page and the server, two hundred times each", run: kills::kills },
    Step { name: "troubles", title: "Let everything go wrong between page and API", run: kills::troubles },
    Step { name: "schemathesis", title: "Ask the server by its document", run: schemathesis::verify },
];

fn dependencies() -> Result<Vec<Figure>, Failure> {
    deny::check().map(|()| Vec::new())
}

/// Runs the steps, all unless `--only` names some; a failing one does not keep the next from running.
pub fn verify(arguments: &mut Arguments) -> Result<(), Failure> {
    let mut chosen = Vec::new();
    while let Some(name) = arguments.value("--only")? {
        match STEPS.iter().find(|step| step.name == name) {
            Some(step) => chosen.push(step),
            None => return Err(format!("unknown step {name}; see `cargo xtask help`")),
        }
    }
    arguments.done()?;
    if chosen.is_empty() {
        chosen.extend(&STEPS);
    }
    let (mut figures, mut violations) = (Vec::new(), 0);
    for chosen in chosen {
        match step(&format!("Verify: {}", chosen.title), chosen.run) {
            Ok(more) => more.into_iter().for_each(|figure| add(&mut figures, figure)),
            Err(failure) => {
                eprintln!("  {failure}");
                violations += 1;
            }
        }
    }
    println!();
    for (name, number) in figures {
        println!("  {name:<24} {number:>12}");
    }
    println!("\n{violations} violations");
    if violations == 0 { Ok(()) } else { Err(Failure::new()) }
}

/// Adds a figure to those there are: one that has its name already is summed up with it.
fn add(figures: &mut Vec<Figure>, (name, number): Figure) {
    match figures.iter_mut().find(|(known, _)| *known == name) {
        Some((_, sum)) => *sum += number,
        None => figures.push((name, number)),
    }
}

/// Runs tests, optimized, those that `chosen` says; their figures are in what they print.
fn tests(target: &str, chosen: impl FnOnce(&mut Command) -> &mut Command) -> Result<Vec<Figure>, Failure> {
    let mut cargo = command("cargo");
    cargo.args(["test", "--locked", "--profile", "verify", "--test", target, "--", "--nocapture"]);
    let (output, ok) = watch(chosen(&mut cargo))?;
    counted(ok, &output, &format!("tests/{target}.rs"))
}

/// Runs specs of the whole page; their figures are in what they print.
fn specs(specs: &[&str], environment: &[(&str, &str)]) -> Result<Vec<Figure>, Failure> {
    setup::release()?;
    let page = build::page(Profile::Release, Place::default())?;
    let told: Vec<String> = specs.iter().map(|&spec| spec.to_owned()).collect();
    let (output, ok) = e2e::specs(page, &told, environment)?;
    counted(ok, &output, &specs.join(", "))
}

/// The figures of tests that passed. Where nothing was counted, nothing was tried: the tests may have another name by now.
fn counted(ok: bool, output: &str, tests: &str) -> Result<Vec<Figure>, Failure> {
    match figures(output) {
        _ if !ok => Err(format!("{tests} failed; see above")),
        none if none.is_empty() => Err(format!("{tests} counted nothing: did any of it run?")),
        figures => Ok(figures),
    }
}

/// Reads the figures that tests print: `figure: states checked = 42`.
fn figures(output: &str) -> Vec<Figure> {
    let read = |line: &str| {
        let (name, number) = line.split_once("figure: ")?.1.split_once(" = ")?;
        Some((name.to_owned(), number.trim().parse().ok()?))
    };
    output.lines().filter_map(read).collect()
}

#[cfg(test)]
mod tests {
    #[test]
    fn figures_are_read_from_what_tests_print() {
        let output = "running 1 test\ntest a ... figure: states checked = 42\nok\nfigure: none = many\n";
        assert_eq!(super::figures(output), [("states checked".to_owned(), 42)]);
    }

    #[test]
    fn a_step_in_which_nothing_was_tried_has_failed() {
        assert!(super::counted(true, "running 0 tests\n\ntest result: ok. 0 passed; 0 failed\n", "it").is_err());
        assert!(super::counted(false, "figure: steps = 1\n", "it").is_err());
        assert_eq!(super::counted(true, "figure: steps = 1\n", "it"), Ok(vec![("steps".to_owned(), 1)]));
    }

    #[test]
    fn figures_of_one_name_are_summed_up() {
        let mut figures = Vec::new();
        for (name, number) in [("steps", 1), ("inputs", 2), ("steps", 3)] {
            super::add(&mut figures, (name.to_owned(), number));
        }
        assert_eq!(figures, [("steps".to_owned(), 4), ("inputs".to_owned(), 2)]);
    }
}
