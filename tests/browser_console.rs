//! What the console decides without drawing anything: URLs, lists, windows of long tables, selections, and when it asks
//! before it sends. Run in a browser, because that is where the console is compiled.
#![cfg(target_arch = "wasm32")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use std::sync::Arc;

use playhead::console::legible::{is_typed, legible, name, plain};
use playhead::console::list::{self, Item, Items, Line, Lines};
use playhead::console::route::query::Query;
use playhead::console::route::{Column, Group, Page, Panel, Place, Sort, Target};
use playhead::console::selection::Selection;
use playhead::console::state::order::{Way, way};
use playhead::console::state::{Freshness, freshness::Contact};
use playhead::console::table::layout::{self, Heights, MOST};
use playhead::lifecycle::{Action, EnvironmentId, RequestId, ServiceId};
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_browser);

const ENVIRONMENT: EnvironmentId = EnvironmentId(0xe);
const SERVICE: ServiceId = ServiceId(0x5);

fn read(url: &str) -> Place {
    let (path, query) = url.split_once('?').unwrap_or((url, ""));
    Place::read(path, &Query::read(query))
}

#[wasm_bindgen_test]
fn every_place_is_what_its_url_says() {
    let services = Place { page: Page::Services(ENVIRONMENT), ..Place::default() };
    let check = |place: &Place| assert_eq!(&read(&place.url()), place, "{}", place.url());
    check(&Place::default());
    check(&services);
    for group in Group::ALL {
        check(&Place { groups: vec![group, Group::Error], ..services.clone() });
    }
    for descending in [false, true] {
        check(&Place { sort: Some(Sort { column: Column::Operation, descending }), ..Place::default() });
    }
    check(&Place {
        search: "a b&c=d/é?#+%20".into(),
        lines_of: "é&1".into(),
        modes: vec!["STAGING".into(), "NEW".into()],
        ..Place::default()
    });
    check(&Place { rest: vec![("clock".into(), "paused".into()), ("seed".into(), "7".into())], ..services.clone() });
    let targets = [
        Target::Service { environment: ENVIRONMENT, service: SERVICE },
        Target::Subset { environment: ENVIRONMENT },
        Target::Environment(ENVIRONMENT),
    ];
    let actions = Action::ALL.into_iter().flat_map(|action| targets.map(|target| Panel::Action { action, target }));
    let others = [
        Panel::Configure { environment: ENVIRONMENT, service: SERVICE },
        Panel::Outcome { environment: ENVIRONMENT, request: RequestId(9) },
        Panel::Demo,
        Panel::Keys,
    ];
    for panel in actions.chain(others) {
        check(&Place { panel: Some(panel), ..services.clone() });
        check(&Place { panel: Some(panel), ..Place::default() });
    }
}

#[wasm_bindgen_test]
fn a_url_that_cannot_be_read_is_a_place_too() {
    assert_eq!(read("environment/nonsense").page, Page::Missing("environment/nonsense".into()));
    assert_eq!(read("a/b/c").page, Page::Missing("a/b/c".into()));
    assert_eq!(read("index.html").page, Page::Environments);
    let odd = read("?panel=version&sort=-nothing&status=ok,nothing&service=1&q=%zz");
    assert_eq!(odd.panel, None, "a panel without its environment");
    assert_eq!((odd.sort, odd.groups, odd.search), (None, vec![Group::Ok], "%zz".to_owned()));
}

#[wasm_bindgen_test]
fn a_change_of_page_keeps_the_world_and_drops_the_filter() {
    let place = read("?q=api&status=error&scenario=large&seed=3");
    assert_eq!(place.at(Page::Environments).url(), "?scenario=large&seed=3");
}

fn item(key: u128, name: &str, section: &str, group: Group) -> Item {
    let haystack = format!("{name} {section}").to_lowercase().into();
    Item { key, haystack, group, section: section.into(), rank: 0, text: name.into() }
}

fn keys(lines: &Lines) -> Vec<u128> {
    lines.keys().collect()
}

#[wasm_bindgen_test]
fn a_list_is_searched_filtered_and_parted_into_sections() {
    let mut items = vec![
        item(1, "pr-2", "PREVIEW", Group::Ok),
        item(2, "odd", "SOMETHING_NEW", Group::Ok),
        item(3, "live-b", "PRODUCTION", Group::Error),
        item(4, "live-a", "PRODUCTION", Group::Ok),
    ];
    list::sort(&mut items, false);
    let lines = list::lines(&items, &Place::default());
    let head = |name: &str, count| Line::Section(Arc::from(name), count);
    let rows = |key| Line::Row(key);
    let sections =
        [head("PRODUCTION", 2), rows(4), rows(3), head("PREVIEW", 1), rows(1), head("SOMETHING_NEW", 1), rows(2)];
    assert_eq!(lines.all, sections, "known modes first, in their order");
    assert_eq!((lines.sections.clone(), lines.rows(), lines.at(1)), (vec![0, 3, 5], 4, Some(4)));

    let check =
        |query: &str, expected: &[u128]| assert_eq!(keys(&list::lines(&items, &read(query))), expected, "{query}");
    check("?q=LIVE+a", &[4]);
    check("?q=production%20b", &[3]);
    check("?status=error", &[3]);
    check("?status=error,ok&mode=PRODUCTION", &[4, 3]);
    check("?mode=PREVIEW,SOMETHING_NEW", &[1, 2]);
    check("?q=nothing", &[]);
    assert_eq!(Items::new(items.clone()).counts, [0, 1, 3, 0, 0, 0]);

    list::sort(&mut items, true);
    assert_eq!(keys(&list::lines(&items, &Place::default())), [3, 4, 1, 2], "sections stay where they are");
}

#[wasm_bindgen_test]
fn only_the_lines_near_what_is_seen_are_in_the_document() {
    let heights = Heights { row: 40.0, section: 36.0 };
    let sections = [0, 51, 400];
    let check = |lines: usize, sections: &[usize], scroll: f64, height: f64| {
        let window = layout::window(scroll, height, lines, sections, heights);
        assert!(window.len() <= MOST && window.end <= lines, "{window:?} of {lines}");
        if lines > 0 {
            let top = layout::top(window.start, sections, heights);
            let bottom = layout::top(window.end, sections, heights);
            assert!(top <= scroll, "at {scroll} nothing is blank above: {window:?}");
            let end = layout::top(lines, sections, heights);
            assert!(bottom >= (scroll + height).min(end), "at {scroll} nothing is blank below: {window:?}");
        }
    };
    for lines in [0, 1, 7, 1_000, 10_000] {
        let sections: &[usize] = if lines >= 1_000 { &sections } else { &[] };
        let end = layout::top(lines, sections, heights);
        for height in [400.0, 900.0, 2_160.0] {
            for part in 0..=50 {
                check(lines, sections, (end - height).max(0.0) * f64::from(part) / 50.0, height);
            }
        }
    }
    assert_eq!(layout::top(52, &sections, heights), 50.0 * 40.0 + 2.0 * 36.0);
    for line in [0, 1, 50, 51, 52, 999] {
        assert_eq!(layout::line_at(layout::top(line, &sections, heights), 1_000, &sections, heights), line);
    }
}

#[wasm_bindgen_test]
fn a_selection_grows_by_ranges_as_they_are_listed() {
    let listed = [9, 3, 7, 1, 5];
    let mut selection = Selection::default();
    let check = |selection: &Selection, expected: &[u128]| {
        let selected: Vec<u128> = selection.services().map(|id| id.0).collect();
        assert_eq!(selected, expected);
    };
    selection.toggle(3);
    selection.range(3, 1, &listed);
    check(&selection, &[1, 3, 7]);
    selection.range(3, 9, &listed);
    check(&selection, &[1, 3, 7, 9]);
    selection.toggle(7);
    selection.range(7, 5, &listed);
    check(&selection, &[1, 3, 5, 7, 9]);
    selection.remove(&[1, 2, 3]);
    check(&selection, &[5, 7, 9]);
    selection.clear();
    check(&selection, &[]);
    // The anchor is not listed any more: the range is the row itself.
    selection.toggle(42);
    selection.range(7, 7, &listed);
    check(&selection, &[7, 42]);
}

#[wasm_bindgen_test]
fn it_asks_before_what_reaches_far_or_cannot_be_undone() {
    let one = Target::Service { environment: ENVIRONMENT, service: SERVICE };
    let many = [Target::Subset { environment: ENVIRONMENT }, Target::Environment(ENVIRONMENT)];
    for action in Action::ALL {
        let harmless = matches!(action, Action::Deploy | Action::Redeploy | Action::Restart);
        let expected = if harmless { Way::Send } else { Way::Ask };
        assert_eq!(way(action, one, false), expected, "{action:?} on one service");
        assert_eq!(way(action, one, true), Way::Ask, "{action:?} in production");
        for target in many {
            assert_eq!(way(action, target, false), Way::Ask, "{action:?} on {target:?}");
        }
    }
}

#[wasm_bindgen_test]
fn the_badge_says_how_old_the_data_is() {
    use playhead::client::Error;
    let contact =
        |answered, now, trouble| Contact { answered, now, trouble, patience: 3_000.0, left: None, reads_only: false };
    let check = |contact: Contact, expected: Freshness, words: &str| {
        assert_eq!((contact.freshness(), contact.freshness().words().as_str()), (expected, words));
    };
    let timeout = Error::Timeout { seconds: 10, action: false };
    check(contact(None, 0.0, None), Freshness::Connecting, "Connecting");
    check(contact(Some(0.0), 2_900.0, None), Freshness::Live, "Live");
    check(contact(Some(0.0), 12_000.0, None), Freshness::Old { seconds: 12 }, "12 s old");
    let reconnecting = Freshness::Reconnecting { seconds: 300 };
    check(contact(Some(0.0), 300_000.0, Some(timeout)), reconnecting, "Reconnecting, 5 min old");
    check(contact(None, 0.0, Some(Error::Offline)), Freshness::Offline { seconds: 0 }, "Offline");
}

#[wasm_bindgen_test]
fn what_would_not_be_seen_is_shown() {
    for (text, shown) in [
        ("checkout-api", "checkout-api"),
        ("Überprüfung 1", "Überprüfung 1"),
        ("a\u{202e}gpj.exe", "a\\u{202e}gpj.exe"),
        ("prod\u{200b}", "prod\\u{200b}"),
        ("one\ntwo\0", "one\\u{a}two\\u{0}"),
        ("a\u{200d}b", "a\\u{200d}b"),
        // Joiners join pictures, and letters that have forms.
        ("\u{1f468}\u{200d}\u{1f469}", "\u{1f468}\u{200d}\u{1f469}"),
        ("\u{645}\u{200c}\u{634} 3", "\u{2068}\u{645}\u{200c}\u{634} 3\u{2069}"),
        ("\u{2069}\u{2066}x", "\\u{2069}\\u{2066}x"),
    ] {
        assert_eq!(&*legible(text), shown);
        // In the page nothing more happens to it.
        assert_eq!(plain(shown.into()), shown);
    }
    assert_eq!(legible(&"x".repeat(1 << 20)).chars().count(), 201);
    assert_eq!(plain("é".repeat(1 << 20).into()).chars().count(), 2_001);
    assert_eq!(plain("a\n\tb".into()), "a\n\tb");
    // Isolates are closed, whoever opened them.
    assert_eq!(plain("\u{2069}a\u{2068}b".into()), "\\u{2069}a\u{2068}b\u{2069}");
    assert_eq!([&*name(""), &*name(" \u{a0}"), &*name("\u{200b}")], ["(no name)", "(no name)", "\\u{200b}"]);
}

#[wasm_bindgen_test]
fn a_name_is_typed_as_it_is_shown_or_as_it_is() {
    for raw in ["production", " production ", "prod\u{200b}", "pro\u{202e}d", "\u{645}\u{634} 3", "a\tb"] {
        let shown = name(raw);
        assert!(is_typed(raw, &shown, raw) && is_typed(&shown, &shown, raw), "{raw}");
        assert!(is_typed(&format!(" {shown} "), &shown, raw), "{raw}");
        for other in ["", " ", "prod", "production-2"] {
            assert!(!is_typed(other, &shown, raw), "{other} is not {raw}");
        }
    }
    // What has no name is not confirmed by nothing.
    for raw in ["", "  "] {
        assert!(!is_typed(raw, &name(raw), raw) && is_typed("(no name)", &name(raw), raw));
    }
    let long = "x".repeat(1 << 20);
    assert!(is_typed(&long, &name(&long), &long) && is_typed(&name(&long), &name(&long), &long));
}
