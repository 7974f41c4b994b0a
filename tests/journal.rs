//! The journal of the world in the page: a world is the same when it is made again from its lines, wherever they are cut,
//! and whatever snapshot stands in their place (law §9.8). How the browser keeps the lines is tested in the browser.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use playhead::api::{Endpoint, Method, Request};
use playhead::backend::REST;
use playhead::backend::world_file::LIMIT;
use playhead::client::loopback::journal::{Asked, Entry, Line, Opening, Unreadable};
use playhead::client::loopback::{Apart, Home};
use serde_json::Value;

#[path = "kit/worlds.rs"]
mod worlds;

use worlds::Choice;

const NOW: i64 = 1_790_000_000_000;

/// A world, and the lines that are written of it.
struct Kept {
    home: Home,
    lines: Vec<Line>,
    real: i64,
}

impl Kept {
    fn new(scenario: &str, seed: u64) -> Kept {
        let opening = Opening { scenario: scenario.to_owned(), seed, at: NOW };
        let mut home = Home::new(opening.clone(), NOW);
        home.backend.set_rest(REST);
        let lines = [Entry::Opened(opening), Entry::Clock(home.clock)].iter().map(Entry::line).collect();
        Kept { home, lines, real: NOW }
    }

    fn ask(&mut self, request: &Request) -> bool {
        let (_, asked) = self.home.answer(request, self.real);
        let asked: Option<Asked> = asked;
        asked.map(|asked| self.lines.push(Entry::Asked(asked).line())).is_some()
    }

    /// Something that a person may do, chosen by chance.
    fn act(&mut self, choice: &mut Choice) {
        let environments = self.environments();
        let environment = &environments[choice.below(environments.len())];
        let verb = choice.pick(&["deploy", "redeploy", "stop", "cancelDeployment", "deploy"]);
        match choice.below(8) {
            0 => {
                self.home.clock.set_speed(self.real, 1 + choice.below(50) as u32);
                self.lines.push(Entry::Clock(self.home.clock).line());
            }
            1 => {
                let body = format!(r#"{{"name":"shop","seed":{}}}"#, choice.below(5));
                if choice.once_in(4) {
                    self.ask(&Endpoint::Reset.request(&[]).with_body(body));
                }
            }
            _ => {
                let body = if verb == "cancelDeployment" { "{}" } else { "" };
                self.ask(&Request::new(Method::Post, format!("/environment/{environment}/{verb}")).with_body(body));
            }
        }
        self.real += choice.below(90_000) as i64;
        // As the page does that shows it.
        self.home.answer(&Endpoint::Faults.request(&[]), self.real);
    }

    /// The ids of its environments.
    fn environments(&mut self) -> Vec<String> {
        let mut list = |path: &str| -> Vec<String> {
            let all = json(&mut self.home, path, self.real)["results"].clone();
            all.as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap().to_owned()).collect()
        };
        let organization = &list("/organization")[0];
        let project = &list(&format!("/organization/{organization}/project"))[0];
        list(&format!("/project/{project}/environment"))
    }

    fn entries(&self) -> Vec<Entry> {
        self.lines.iter().map(|line| Entry::read(line).unwrap()).collect()
    }
}

fn json(home: &mut Home, path: &str, real: i64) -> Value {
    serde_json::from_slice(&home.answer(&Request::new(Method::Get, path), real).0.body).unwrap()
}

/// All of a world, to the byte, at a moment.
fn whole(home: &Home, real: i64) -> String {
    let mut home = home.clone();
    String::from_utf8(home.answer(&Endpoint::ExportWorld.request(&[]), real).0.body).unwrap()
}

#[test]
fn a_world_is_made_again_from_its_lines_and_goes_on_with_the_time_that_passed() {
    for seed in 0..24 {
        let mut choice = Choice::new(seed);
        let mut kept = Kept::new("shop", seed);
        for _ in 0..30 {
            kept.act(&mut choice);
        }
        let (again, taken, problem) = Kept::new("trouble", 99).home.again(kept.entries());
        assert_eq!((taken, problem), (kept.lines.len() as u64, None), "seed {seed}");
        // Closed for a while: what was running went on.
        for later in [0, 5_000, 86_400_000] {
            assert_eq!(
                whole(&again, kept.real + later),
                whole(&kept.home, kept.real + later),
                "seed {seed}, {later} ms"
            );
        }
    }
}

#[test]
fn a_snapshot_stands_for_all_lines_before_it() {
    for seed in 0..24 {
        let mut choice = Choice::new(seed);
        let mut kept = Kept::new("shop", seed);
        for _ in 0..12 {
            kept.act(&mut choice);
        }
        kept.lines = kept.home.snapshot(kept.real).unwrap().iter().map(Entry::line).collect();
        for _ in 0..12 {
            kept.act(&mut choice);
        }
        let (again, taken, problem) = Kept::new("empty", 1).home.again(kept.entries());
        assert_eq!((taken, problem), (kept.lines.len() as u64, None), "seed {seed}");
        assert_eq!(whole(&again, kept.real), whole(&kept.home, kept.real), "seed {seed}");
    }
}

#[test]
fn a_world_that_would_not_be_opened_again_has_no_snapshot() {
    let mut kept = Kept::new("shop", 1);
    let file = whole(&kept.home, NOW);
    // A part that nobody knows is carried along: with it the file is as large as a file may be.
    let room = LIMIT - file.len() - r#""novelty":"","#.len();
    let file = file.replacen('{', &format!(r#"{{"novelty":"{}","#, "n".repeat(room)), 1);
    assert_eq!(file.len(), LIMIT);
    assert!(kept.ask(&Endpoint::ImportWorld.request(&[]).with_body(file)), "it is opened");
    // One request more, and its world is larger.
    let environment = &kept.environments()[0];
    assert!(kept.ask(&Request::new(Method::Post, format!("/environment/{environment}/redeploy"))));
    assert!(kept.home.snapshot(kept.real).is_none());
    // Begun again, it is small.
    assert!(kept.ask(&Endpoint::Reset.request(&[]).with_body(r#"{"name":"shop","seed":1}"#)));
    assert!(kept.home.snapshot(kept.real).is_some());
}

#[test]
fn a_second_tab_takes_in_what_the_first_accepted() {
    for seed in 0..24 {
        let mut choice = Choice::new(seed);
        let mut first = Kept::new("shop", seed);
        let (mut second, _, _) = first.home.again(first.entries());
        let mut known = first.lines.len();
        let mut made_again = 0;
        for _ in 0..30 {
            // The second shows the world too, sometimes a little ahead of what it is going to be told.
            second.answer(&Endpoint::Faults.request(&[]), first.real + choice.pick(&[-40_000, 0, 500]));
            first.act(&mut choice);
            for line in &first.lines[known..] {
                match second.take_in(Entry::read(line).unwrap()) {
                    Ok(()) => {}
                    Err(Apart::Late) => {
                        made_again += 1;
                        second = second.again(first.entries()).0;
                        break;
                    }
                    Err(Apart::Unrepeatable(words)) => panic!("seed {seed}: {words}"),
                }
            }
            known = first.lines.len();
        }
        // Both look at the same moment.
        assert_eq!(whole(&second, first.real + 60_000), whole(&first.home, first.real + 60_000), "seed {seed}");
        assert!(made_again > 0, "seed {seed}: the case was there");
    }
}

#[test]
fn a_reader_notices_that_the_world_was_made_again() {
    let mut kept = Kept::new("shop", 3);
    kept.act(&mut Choice::new(1));
    let before = kept.home.backend.revision();
    let (again, ..) = kept.home.again(kept.entries());
    assert!(again.backend.revision() > before);
}

#[test]
fn damage_is_found_and_everything_before_it_is_recovered() {
    let mut choice = Choice::new(5);
    let mut kept = Kept::new("shop", 5);
    while kept.lines.len() < 12 {
        kept.act(&mut choice);
    }
    // Any character of any line, changed or cut off.
    for line in &kept.lines {
        for at in 0..line.head.len().min(60) {
            let mut changed = line.clone();
            changed.head.replace_range(at..=at, "~");
            let mut cut = line.clone();
            cut.head.truncate(at);
            for one in [changed, cut] {
                assert!(matches!(Entry::read(&one), Err(Unreadable::Damaged(_))), "{one:?}");
            }
        }
    }
    // A request that gets another id than it had was accepted by another world.
    let mut entries = kept.entries();
    let place = entries.iter().position(|one| matches!(one, Entry::Asked(Asked { accepted: Some(_), .. }))).unwrap();
    if let Entry::Asked(asked) = &mut entries[place] {
        asked.accepted = Some("00000000-0000-0000-0000-000000000001".to_owned());
    }
    let (_, taken, problem) = kept.home.again(entries);
    assert_eq!(taken as usize, place);
    assert!(problem.unwrap().contains("another id"));
    // Without its beginning nothing can be made.
    let (_, taken, problem) = kept.home.again(kept.entries().split_off(1));
    assert_eq!(taken, 0);
    assert!(problem.unwrap().contains("beginning"));
}

#[test]
fn a_time_that_cannot_be_breaks_nothing() {
    for at in [i64::MIN, -1, 0, i64::MAX] {
        let opened = Entry::Opened(Opening { scenario: "shop".into(), seed: 1, at }).line();
        let kept = Kept::new("shop", 1);
        let (mut again, taken, problem) = kept.home.again(vec![Entry::read(&opened).unwrap()]);
        assert_eq!((taken, problem), (1, None), "{at}");
        for real in [i64::MIN, NOW, i64::MAX] {
            assert_eq!(again.answer(&Endpoint::Organizations.request(&[]), real).0.status, 200, "{at}, {real}");
        }
    }
}

#[test]
fn a_newer_format_is_left_alone_and_one_that_never_was_is_damage() {
    let line = Entry::Opened(Opening { scenario: "shop".into(), seed: 1, at: NOW }).line();
    let newer = |head: String| {
        // As a newer version would write it, check included: the check of this one is read off a line with no body.
        let mut line = Line { head, ..line.clone() };
        line.check = check_of(&line.head);
        line
    };
    let read = Entry::read(&newer(line.head.replace(r#""format":1"#, r#""format":2"#)));
    assert_eq!(read, Err(Unreadable::Newer(2)));
    for none in [r#""format":0"#, r#""formal":1"#] {
        let read = Entry::read(&newer(line.head.replace(r#""format":1"#, none)));
        assert!(matches!(read, Err(Unreadable::Damaged(_))), "{none}: {read:?}");
    }
}

/// FNV-1a, written once more: the format says so.
fn check_of(head: &str) -> String {
    let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
    for byte in head.bytes().chain([0]) {
        hash ^= u64::from(byte);
        hash = hash.wrapping_mul(0x0100_0000_01b3);
    }
    format!("{hash:016x}")
}
