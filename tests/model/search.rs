//! Breadth first: every state that can be reached, and of every law that does not hold the shortest way there.
//!
//! Our own and not a model checker's: the states are those of the simulator itself, and what a checker would add – actors,
//! a network, a page to click through – is not in question. What is needed is below.

use std::collections::{HashMap, HashSet, VecDeque};
use std::fmt::Write;

use playhead::simulator::Order;

use super::coverage::Coverage;
use super::laws::{self, Violation, violated};
use super::setup::{Setup, home};
use super::state::{self, State};
use super::step::{self, Step, Taken};

/// What a search has seen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Seen {
    pub states: usize,
    pub transitions: usize,
    /// Steps from the beginning to the state that is farthest from it.
    pub depth: usize,
}

/// How a state was reached first: from where, and by which of the steps from there.
type Way = (u32, u16);

/// From where the first states come: their step is the number of the world.
const NOWHERE: u32 = u32::MAX;

/// Every state that can be reached.
pub struct Search<'a> {
    setup: &'a Setup,
    orders: (Vec<Order>, usize),
    ways: Vec<Way>,
    /// For each state, where its happenings lead; the flag says whether they are due.
    happenings: Vec<(u32, bool)>,
    /// Where those of a state begin.
    offsets: Vec<usize>,
    /// The worlds that were reached, as [`state::key`] tells them apart.
    pub worlds: HashSet<u64>,
    pub seen: Seen,
}

/// One state in so many is taken twice, to see whether the same comes of it.
const TWICE: usize = 64;

/// One state in so many is kept whole: what is told to be the same later is compared with it…
const KEPT: u32 = 16;

/// …one time in so many.
const COMPARED: usize = 16;

impl Search<'_> {
    /// Searches to the end.
    ///
    /// # Errors
    /// The first law that does not hold, the way there in words, and how to go it again.
    pub fn run<'a>(setup: &'a Setup, coverage: &mut Coverage) -> Result<Search<'a>, String> {
        let mut search = Search {
            setup,
            orders: setup.orders(),
            ways: Vec::new(),
            happenings: Vec::new(),
            offsets: Vec::new(),
            worlds: HashSet::new(),
            seen: Seen::default(),
        };
        let (mut known, mut frontier) = (HashMap::new(), VecDeque::new());
        let (mut kept, mut met) = (HashMap::new(), 0_usize);
        for (index, world) in setup.worlds().into_iter().enumerate() {
            let state = State::new(world);
            laws::check_state(&state).map_err(|violation| search.tell(&violation, &[index as u16]))?;
            let id = search.ways.len() as u32;
            if known.insert(state.key(), id).is_none() {
                search.ways.push((NOWHERE, index as u16));
                search.worlds.insert(state::key(&state.world));
                frontier.push_back((id, 0, state));
            }
        }
        while let Some((id, depth, from)) = frontier.pop_front() {
            search.seen.depth = depth;
            search.offsets.push(search.happenings.len());
            let mut taken = step::steps(setup, &search.orders, &from);
            if (id as usize).is_multiple_of(TWICE) {
                let again = step::steps(setup, &search.orders, &from);
                same_again(&taken, &again).map_err(|violation| search.tell(&violation, &search.way(id)))?;
            }
            coverage.see(setup, &from, &taken);
            for (index, taken) in taken.iter_mut().enumerate() {
                search.seen.transitions += usize::from(!taken.refused());
                if taken.same {
                    continue;
                }
                if let Err(violation) = laws::check(&from, taken) {
                    let mut way = search.way(id);
                    way.push(index as u16);
                    return Err(search.tell(&violation, &way));
                }
                if taken.refused() || taken.beyond {
                    continue;
                }
                if let Err(violation) = pods_do_not_pile_up(setup, &taken.state) {
                    let mut way = search.way(id);
                    way.push(index as u16);
                    return Err(search.tell(&violation, &way));
                }
                taken.state.forget();
                let next = *known.entry(taken.state.key()).or_insert_with(|| {
                    let next = search.ways.len() as u32;
                    search.ways.push((id, index as u16));
                    search.worlds.insert(state::key(&taken.state.world));
                    frontier.push_back((next, depth + 1, taken.state.clone()));
                    if next.is_multiple_of(KEPT) {
                        kept.insert(next, taken.state.clone());
                    }
                    next
                });
                if let Some(first) = kept.get(&next) {
                    met += 1;
                    if met.is_multiple_of(COMPARED) && search.future(first) != search.future(&taken.state) {
                        let way = [search.way(id), vec![index as u16]].concat();
                        return Err(search.unlike(next, &way));
                    }
                }
                if matches!(taken.step, Step::Happens { .. } | Step::Crash { .. }) {
                    search.happenings.push((next, step::is_due(&from.world, taken)));
                }
            }
        }
        search.offsets.push(search.happenings.len());
        search.seen.states = search.ways.len();
        search.everything_ends()?;
        Ok(search)
    }

    /// What can come of a state, one step long.
    fn future(&self, from: &State) -> Vec<(bool, u64)> {
        let mut taken = step::steps(self.setup, &self.orders, from);
        let mut future: Vec<_> = taken
            .iter_mut()
            .map(|taken| {
                taken.state.forget();
                (taken.refused(), taken.state.key())
            })
            .collect();
        future.sort_unstable();
        future.dedup();
        future
    }

    /// What the model leaves out makes a difference after all.
    fn unlike(&self, first: u32, way: &[u16]) -> String {
        let what = format!("{}: another state with this key has another future", self.setup.name);
        let told = Violation { law: "the key holds all that matters", what };
        format!("{}\nThe other: {}", self.tell(&told, way), self.tell(&told, &self.way(first)))
    }

    /// Law 9.1: what is due never leads back to where it began, and (`laws::check_state`) where a deployment runs
    /// something is due. So without new requests a deployment comes to its end: what goes round in circles are pods
    /// that crash or wait for room, and beside them something due is still to come.
    fn everything_ends(&self) -> Result<(), String> {
        let component = components(&self.offsets, &self.happenings);
        for from in 0..self.ways.len() {
            for (to, due) in &self.happenings[self.offsets[from]..self.offsets[from + 1]] {
                if *due && component[from] == component[*to as usize] {
                    let back = Violation { law: laws::LAWS[0], what: "what is due here leads back to here".into() };
                    return Err(self.tell(&back, &self.way(from as u32)));
                }
            }
        }
        Ok(())
    }

    /// The steps from the beginning to a state.
    fn way(&self, mut state: u32) -> Vec<u16> {
        let mut way = Vec::new();
        while state != NOWHERE {
            let (from, step) = self.ways[state as usize];
            way.push(step);
            state = from;
        }
        way.reverse();
        way
    }

    fn tell(&self, violation: &Violation, way: &[u16]) -> String {
        let steps: Vec<String> = way.iter().map(u16::to_string).collect();
        format!(
            "in {}: {} does not hold: {}\n{}again: PLAYHEAD_MODEL='{} {}' cargo test --test model replay -- --ignored --nocapture",
            self.setup.name,
            violation.law,
            violation.what,
            go(self.setup, way).0,
            self.setup.name,
            steps.join(",")
        )
    }
}

/// Goes a way again: the words for each of its steps, and the first law on it that does not hold.
pub fn go(setup: &Setup, way: &[u16]) -> (String, Option<Violation>) {
    let (mut words, orders, mut worlds) = (String::new(), setup.orders(), setup.worlds());
    let Some((world, way)) = way.split_first() else { return (words, None) };
    let mut state = State::new(worlds.swap_remove(*world as usize));
    for (number, index) in way.iter().enumerate() {
        let Some(mut taken) = step::steps(setup, &orders, &state).into_iter().nth(*index as usize) else {
            let _ = writeln!(words, "  {}. there is no step {index} from here", number + 1);
            return (words, None);
        };
        let _ = writeln!(words, "  {}. {taken}", number + 1);
        if let Err(violation) = laws::check(&state, &mut taken) {
            return (words, Some(violation));
        }
        state = taken.state;
        state.forget();
    }
    (words, None)
}

/// A service has at most the pods it had and those it shall have; else the states would be without number.
fn pods_do_not_pile_up(setup: &Setup, state: &State) -> Result<(), Violation> {
    for ((.., first), service) in setup.services.iter().zip(&home(&state.world).services) {
        let most = 2 * setup.instances.map_or(*first, |other| other.max(*first));
        let alive = service.pods.iter().filter(|pod| pod.is_alive()).count();
        if alive > most as usize {
            return violated(4, format!("{} has {alive} pods: {:?}", service.name, service.pods));
        }
    }
    Ok(())
}

/// Law 9.8, one step long: the same steps from the same state come to the same, to the byte.
fn same_again(one: &[Taken], other: &[Taken]) -> Result<(), Violation> {
    let text = |taken: &[Taken]| -> Vec<String> {
        let told = |taken: &Taken| {
            let world = &taken.state.world;
            format!("{:?} {:?} {:?}", taken.answer, home(world), world.agenda.planned())
        };
        taken.iter().map(told).collect()
    };
    if text(one) == text(other) { Ok(()) } else { violated(8, "the same step has come to something else".into()) }
}

/// The strongly connected component of each node (Tarjan 1972), without recursion: the graph is deep.
fn components(offsets: &[usize], edges: &[(u32, bool)]) -> Vec<u32> {
    const NONE: u32 = u32::MAX;
    let count = offsets.len() - 1;
    let (mut index, mut low, mut component) = (vec![NONE; count], vec![NONE; count], vec![NONE; count]);
    let (mut stack, mut calls, mut next, mut found) = (Vec::new(), Vec::new(), 0_u32, 0_u32);
    for root in 0..count {
        if index[root] != NONE {
            continue;
        }
        calls.push((root, offsets[root]));
        while let Some((node, edge)) = calls.pop() {
            if edge == offsets[node] && index[node] == NONE {
                (index[node], low[node]) = (next, next);
                next += 1;
                stack.push(node);
            }
            if edge < offsets[node + 1] {
                let to = edges[edge].0 as usize;
                calls.push((node, edge + 1));
                if index[to] == NONE {
                    calls.push((to, offsets[to]));
                } else if component[to] == NONE {
                    low[node] = low[node].min(index[to]);
                }
                continue;
            }
            if low[node] == index[node] {
                while let Some(member) = stack.pop() {
                    component[member] = found;
                    if member == node {
                        break;
                    }
                }
                found += 1;
            }
            if let Some((parent, _)) = calls.last() {
                low[*parent] = low[*parent].min(low[node]);
            }
        }
    }
    component
}
