//! Runs side by side in the real program: another seed, and a branch, computed by the engine.

use super::terminal::Kind;
use super::{ENTER, files, started};

#[test]
fn another_seed_and_a_branch_are_computed_beside_the_walk() {
    let model = files::model();
    let size = ["--steps", "3", "--width", "32", "--height", "16", "--threads", "1"];
    let walk = ["a cat", "--model", model.to_str().unwrap()];
    let mut terminal = started(&[&walk[..], &size].concat(), &Kind::default());
    terminal.sees("77 places");
    terminal.send("c");
    terminal.sees("another run beside these");
    terminal.send(ENTER);
    // The walk itself is finished first: its frames are compared as well.
    terminal.sees("2 runs   aligned by");
    terminal.send("5");
    terminal.sees("cosine");
    terminal.send("f");
    terminal.sees("steps remain");
    terminal.send("\x1b[C");
    terminal.send(ENTER);
    terminal.sees("3 runs   aligned by");
    terminal.sees("branches");
    terminal.send(ENTER);
    terminal.sees("run: step");
    terminal.send("q");
    assert_eq!(terminal.ends(), 0);
    terminal.is_restored();
}

#[test]
fn a_grid_is_computed_on_the_screen_and_kept() {
    let folder = tempfile::tempdir().unwrap();
    let kept = folder.path().join("grid");
    let model = files::model();
    let size = ["--steps", "2", "--width", "32", "--height", "16", "--threads", "1"];
    let grid = ["compare", "a cat", "--model", model.to_str().unwrap(), "--seeds", "1,2"];
    let lists = ["--guidance", "1,4", "--keep", kept.to_str().unwrap()];
    let mut terminal = started(&[&grid[..], &lists, &size].concat(), &Kind::default());
    terminal.sees("4 runs");
    terminal.until("four recordings", |_| recordings(&kept) == 4);
    terminal.sees("PSNR");
    terminal.send("q");
    assert_eq!(terminal.ends(), 0);
    terminal.is_restored();
    let mut union = started(&["compare", kept.to_str().unwrap()], &Kind::default());
    union.sees("PSNR");
    union.send("q");
    assert_eq!(union.ends(), 0);
}

/// How many whole recordings a folder holds.
fn recordings(folder: &std::path::Path) -> usize {
    let Ok(entries) = std::fs::read_dir(folder) else { return 0 };
    entries
        .filter(|e| {
            e.as_ref().is_ok_and(|e| e.path().extension().is_some_and(|x| x == "safetensors"))
        })
        .count()
}
