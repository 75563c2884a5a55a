//! Forks as a tree: who branched from whom, in the order and with the branches of a drawing.

use super::Run;

/// One line of the tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Branch {
    /// Which run, as a place in the list that was given.
    pub run: usize,
    /// How deep it stands; 0 is a run of its own.
    pub depth: usize,
    /// For each depth from 1 to `depth`, whether a line passes there: at the last, whether another
    /// fork of the same run follows below (`├` or `└`); before it, whether one of that ancestor's
    /// does (`│` or nothing).
    pub goes_on: Vec<bool>,
    /// The first call that is its own, for a fork; also where its parent is not at hand.
    pub call: Option<usize>,
}

impl Branch {
    /// What is drawn before the name: `│ ├─ `, or `| +- ` without box drawing.
    pub fn glyphs(&self, ascii: bool) -> String {
        let [passes, forks, ends] =
            if ascii { ["| ", "+- ", "`- "] } else { ["│ ", "├─ ", "└─ "] };
        let mut text = String::new();
        for (i, &goes_on) in self.goes_on.iter().enumerate() {
            let last = i + 1 == self.goes_on.len();
            text.push_str(match (last, goes_on) {
                (true, true) => forks,
                (true, false) => ends,
                (false, true) => passes,
                (false, false) => "  ",
            });
        }
        text
    }
}

/// The runs as a tree, each once: a run, below it its forks in the order of the call at which they
/// left (then as given), each followed by its own. A fork whose parent is not among the runs
/// stands as a run of its own; so does the first of a circle, which only a broken file can make.
pub fn family_tree(runs: &[Run]) -> Vec<Branch> {
    let parents: Vec<Option<usize>> = runs
        .iter()
        .enumerate()
        .map(|(i, run)| {
            let (id, _) = run.parent?;
            runs.iter().position(|r| r.id == id).filter(|&p| p != i)
        })
        .collect();
    let mut forks: Vec<Vec<usize>> = vec![Vec::new(); runs.len()];
    for (i, parent) in parents.iter().enumerate() {
        if let Some(children) = parent.and_then(|p| forks.get_mut(p)) {
            children.push(i);
        }
    }
    for children in &mut forks {
        children.sort_by_key(|&i| runs[i].parent.map(|(_, call)| call));
    }
    let mut tree = Vec::with_capacity(runs.len());
    let mut seen = vec![false; runs.len()];
    let roots = (0..runs.len()).filter(|&i| parents[i].is_none());
    // Whatever no root leads to hangs in a circle.
    for root in roots.chain(0..runs.len()) {
        grow(runs, &forks, root, &mut seen, &mut tree);
    }
    tree
}

fn grow(
    runs: &[Run],
    forks: &[Vec<usize>],
    root: usize,
    seen: &mut [bool],
    tree: &mut Vec<Branch>,
) {
    let mut open = vec![(root, Vec::new())];
    while let Some((run, goes_on)) = open.pop() {
        if std::mem::replace(&mut seen[run], true) {
            continue;
        }
        let children: Vec<usize> = forks[run].iter().copied().filter(|&i| !seen[i]).collect();
        for (n, &child) in children.iter().enumerate().rev() {
            let mut lines = goes_on.clone();
            lines.push(n + 1 < children.len());
            open.push((child, lines));
        }
        let call = runs[run].parent.map(|(_, call)| call);
        tree.push(Branch { run, depth: goes_on.len(), goes_on, call });
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn run(id: usize, parent: Option<(usize, usize)>) -> Run {
        Run { parent, ..Run::waiting(id, id.to_string()) }
    }

    #[test]
    fn forks_stand_below_their_run_in_the_order_in_which_they_left() {
        let runs = [
            run(1, None),
            run(2, Some((1, 9))),
            run(3, Some((1, 4))),
            run(4, Some((3, 6))),
            run(5, Some((77, 2))),
        ];
        let lines: Vec<String> = family_tree(&runs)
            .iter()
            .map(|b| format!("{}{}", b.glyphs(false), runs[b.run].name))
            .collect();
        assert_eq!(lines, ["1", "├─ 3", "│ └─ 4", "└─ 2", "5"]);
    }

    proptest! {
        #[test]
        fn every_run_stands_once_whatever_the_parents_say(
            parents in prop::collection::vec(prop::option::of((0usize..9, 0usize..5)), 0..9),
            same in any::<bool>(),
        ) {
            let runs: Vec<Run> = parents
                .iter()
                .enumerate()
                .map(|(i, &parent)| run(if same { i / 2 } else { i }, parent))
                .collect();
            let tree = family_tree(&runs);
            let mut places: Vec<usize> = tree.iter().map(|b| b.run).collect();
            prop_assert!(tree.iter().all(|b| b.depth == b.goes_on.len()));
            places.sort_unstable();
            prop_assert_eq!(places, (0..runs.len()).collect::<Vec<_>>());
        }
    }
}
