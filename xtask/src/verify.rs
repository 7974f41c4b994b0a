//! `cargo xtask verify`: the long checks, which `test` leaves out.
//!
//! Each step returns figures by their names; the end of the output sums them up, and says again what was not looked at. A
//! figure that a step's tests print as `figure: name = number` is read from there.

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

/// What the end of the output says of a step.
#[derive(Debug, PartialEq, Eq)]
enum Figure {
    /// Something was counted: what, and how many.
    Counted(String, u64),
    /// Something could not be looked at: what, and why.
    Unseen(String),
}

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
    let unseen: Vec<Figure> = deny::check()?.map(Figure::Unseen).into_iter().collect();
    print!("{}", sum(&unseen));
    Ok(unseen)
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
    println!("\n{}\n{violations} violations", sum(&figures));
    if violations == 0 { Ok(()) } else { Err(Failure::new()) }
}

/// Adds a figure to those there are: one that has its name already is summed up with it.
fn add(figures: &mut Vec<Figure>, figure: Figure) {
    if let Figure::Counted(name, number) = &figure {
        for known in &mut *figures {
            match known {
                Figure::Counted(known, sum) if known == name => return *sum += number,
                Figure::Counted(..) | Figure::Unseen(_) => {}
            }
        }
    }
    figures.push(figure);
}

/// All figures as lines, what was not looked at behind what was counted: what is not said is taken for looked at.
fn sum(figures: &[Figure]) -> String {
    let (mut counted, mut unseen) = (String::new(), String::new());
    for figure in figures {
        match figure {
            Figure::Counted(name, number) => counted.push_str(&format!("  {name:<24} {number:>12}\n")),
            Figure::Unseen(what) => unseen.push_str(&format!("  NOT LOOKED AT: {what}\n")),
        }
    }
    counted + &unseen
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
        Some(Figure::Counted(name.to_owned(), number.trim().parse().ok()?))
    };
    output.lines().filter_map(read).collect()
}

#[cfg(test)]
mod tests {
    use super::Figure;

    fn counted(name: &str, number: u64) -> Figure {
        Figure::Counted(name.to_owned(), number)
    }

    #[test]
    fn figures_are_read_from_what_tests_print() {
        let output = "running 1 test\ntest a ... figure: states checked = 42\nok\nfigure: none = many\n";
        assert_eq!(super::figures(output), [counted("states checked", 42)]);
    }

    #[test]
    fn a_step_in_which_nothing_was_tried_has_failed() {
        assert!(super::counted(true, "running 0 tests\n\ntest result: ok. 0 passed; 0 failed\n", "it").is_err());
        assert!(super::counted(false, "figure: steps = 1\n", "it").is_err());
        assert_eq!(super::counted(true, "figure: steps = 1\n", "it"), Ok(vec![counted("steps", 1)]));
    }

    #[test]
    fn figures_of_one_name_are_summed_up_and_what_was_not_looked_at_is_said_at_the_end() {
        let mut figures = Vec::new();
        let unseen = Figure::Unseen("what there is to see. It is dark".to_owned());
        for figure in [counted("steps", 1), unseen, counted("inputs", 2), counted("steps", 3)] {
            super::add(&mut figures, figure);
        }
        let lines = super::sum(&figures);
        let lines: Vec<String> =
            lines.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect();
        assert_eq!(lines, ["steps 4", "inputs 2", "NOT LOOKED AT: what there is to see. It is dark"]);
    }
}
