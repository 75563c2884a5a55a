//! A grid in a folder that several programs fill: shares, what is there already, what a killed
//! program left, what another one holds, and programs that race for the same cells.

use std::collections::BTreeMap;
use std::fs;
use std::process::{Child, Stdio};
use std::time::SystemTime;

use safelight::recording::{Claim, Claimed, read};
use safelight::walk::Frame;

use super::{Desk, PROGRAM, SMALL, json_lines, text, tiny_model, went_well};

/// Three seeds at two guidance scales.
const CELLS: usize = 6;

fn arguments(seeds: &str, folder: &str, more: &[&str]) -> Vec<String> {
    let model = tiny_model();
    let grid = ["compare", "a cat", "--seeds", seeds, "--guidance", "1,4", "--steps", "3"];
    let how = ["--model", model.to_str().unwrap(), "--threads", "1", "--keep", folder, "--quiet"];
    [&grid[..], SMALL, &how, more].concat().into_iter().map(str::to_owned).collect()
}

fn begin(desk: &Desk, arguments: &[String]) -> Child {
    let mut command = desk.command(PROGRAM);
    command.args(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

fn share(desk: &Desk, folder: &str, which: &str) {
    let child = begin(desk, &arguments("1,2,3", folder, &["--shard", which]));
    let ended = child.wait_with_output().unwrap();
    assert_eq!(went_well(&ended), "", "a share prints nothing");
    assert_eq!(text(&ended.stderr), "");
}

/// What is in a folder, with the times of writing.
fn inside(desk: &Desk, folder: &str) -> BTreeMap<String, SystemTime> {
    let entries = fs::read_dir(desk.path(folder)).unwrap().map(Result::unwrap);
    let named = entries.map(|entry| {
        let name = entry.file_name().to_string_lossy().into_owned();
        (name, entry.metadata().unwrap().modified().unwrap())
    });
    named.collect()
}

/// The recordings of a folder that holds them and its description, and nothing else.
fn cells(desk: &Desk, folder: &str) -> Vec<String> {
    let (cells, rest): (Vec<String>, Vec<String>) =
        inside(desk, folder).into_keys().partition(|name| name.ends_with(".safetensors"));
    assert_eq!(rest, ["grid.json"]);
    cells
}

/// How many runs of the opened folder are in each state.
fn states(desk: &Desk, folder: &str) -> BTreeMap<String, usize> {
    let mut states = BTreeMap::new();
    for line in json_lines(&desk.safelight(&["compare", folder, "--json", "--quiet"])) {
        if line["compare"] == "run" {
            *states.entry(line["state"].as_str().unwrap().to_owned()).or_default() += 1;
        }
    }
    states
}

/// The bytes of a recorded picture.
fn picture(desk: &Desk, folder: &str, cell: &str) -> Vec<u8> {
    let recording = read(&desk.path(folder).join(cell)).unwrap();
    let image = recording.frames.iter().find_map(|frame| match frame {
        Frame::Image(image) => image.picture(),
        _ => None,
    });
    image.unwrap().rgb().to_vec()
}

fn all_done() -> BTreeMap<String, usize> {
    BTreeMap::from([("done".to_owned(), CELLS)])
}

#[test]
fn two_shares_fill_a_folder_and_what_is_there_is_never_computed_again() {
    let desk = Desk::new();
    share(&desk, "grid", "1/2");
    assert_eq!(cells(&desk, "grid").len(), CELLS / 2);
    let half = [("done".to_owned(), CELLS / 2), ("waiting".to_owned(), CELLS / 2)];
    assert_eq!(states(&desk, "grid"), BTreeMap::from(half), "a growing folder opens");
    let early = inside(&desk, "grid");
    share(&desk, "grid", "2/2");
    let whole = inside(&desk, "grid");
    assert_eq!(cells(&desk, "grid").len(), CELLS);
    assert!(early.iter().all(|(name, written)| whole[name] == *written));
    assert_eq!(states(&desk, "grid"), all_done());
    for which in ["1/2", "2/2", "1/1", "3/5"] {
        share(&desk, "grid", which);
    }
    assert_eq!(inside(&desk, "grid"), whole);

    share(&desk, "alone", "1/1");
    assert_eq!(cells(&desk, "alone"), cells(&desk, "grid"));
    for cell in cells(&desk, "grid") {
        let (one, other) = (picture(&desk, "grid", &cell), picture(&desk, "alone", &cell));
        let off = one.iter().zip(&other).map(|(a, b)| a.abs_diff(*b)).max().unwrap();
        assert!(one.len() == other.len() && off <= 1, "{cell}: {off} of 255");
    }
}

#[test]
fn what_a_killed_program_left_is_taken_over_and_only_that() {
    let desk = Desk::new();
    share(&desk, "grid", "1/1");
    let mut before = inside(&desk, "grid");
    let lost = cells(&desk, "grid").remove(2);
    let file = desk.path("grid").join(&lost);
    let beside = |ending: &str| desk.path("grid").join(format!("{lost}{ending}"));
    let begun = fs::read(&file).unwrap();
    fs::write(beside(".partial"), &begun[..begun.len() / 2]).unwrap();
    fs::write(beside(".lock"), "").unwrap();
    fs::remove_file(&file).unwrap();
    assert_eq!(states(&desk, "grid")["waiting"], 1, "half a cell is none");

    share(&desk, "grid", "1/1");
    assert_eq!(states(&desk, "grid"), all_done());
    let mut after = inside(&desk, "grid");
    assert_ne!(before.remove(&lost), after.remove(&lost));
    assert_eq!(after, before, "the others are as they were, and nothing is left over");
}

#[test]
fn a_cell_that_another_program_computes_is_left_to_it() {
    let desk = Desk::new();
    share(&desk, "grid", "1/1");
    let theirs = cells(&desk, "grid").remove(0);
    let file = desk.path("grid").join(&theirs);
    fs::remove_file(&file).unwrap();
    let Ok(Claimed::Ours(claim)) = Claim::take(&file) else { panic!("free") };
    share(&desk, "grid", "1/1");
    assert!(!file.exists());
    drop(claim);
    share(&desk, "grid", "1/1");
    assert!(file.is_file());
    assert_eq!(cells(&desk, "grid").len(), CELLS);
}

#[test]
fn programs_that_race_for_the_same_cells_share_them() {
    let desk = Desk::new();
    let asked = arguments("1,2,3", "grid", &["--shard", "1/1", "--batch", "1"]);
    let racing = [(); 3].map(|()| begin(&desk, &asked));
    for child in racing {
        went_well(&child.wait_with_output().unwrap());
    }
    assert_eq!(cells(&desk, "grid").len(), CELLS);
    assert_eq!(states(&desk, "grid"), all_done());
}

#[test]
fn a_folder_takes_one_grid_also_where_two_come_at_once() {
    let desk = Desk::new();
    let seeds = ["1,2,3", "1,2,4", "1,2,5"];
    let racing = seeds.map(|seeds| begin(&desk, &arguments(seeds, "grid", &["--shard", "1/1"])));
    let ended = racing.map(|child| child.wait_with_output().unwrap());
    let refused: Vec<_> = ended.iter().filter(|end| end.status.code() == Some(2)).collect();
    assert_eq!(refused.len(), 2, "{ended:?}");
    assert!(ended.iter().any(|end| end.status.success()), "{ended:?}");
    for end in refused {
        let said = text(&end.stderr);
        assert!(said.contains("grid") && said.trim_end().lines().count() == 1, "{said}");
    }
    assert_eq!(cells(&desk, "grid").len(), CELLS);
    assert_eq!(states(&desk, "grid"), all_done());
}

#[test]
fn of_a_grid_with_more_cells_than_are_printed_the_sheet_is_made() {
    let desk = Desk::new();
    let seeds: Vec<String> = (0..501).map(|seed| seed.to_string()).collect();
    let one = arguments(&seeds.join(","), "grid", &["--shard", "7/1002"]);
    went_well(&begin(&desk, &one).wait_with_output().unwrap());
    assert_eq!(cells(&desk, "grid").len(), 1);
    let printed = desk.safelight(&["compare", "grid", "--json", "--quiet"]);
    assert_eq!(printed.status.code(), Some(2), "{}", text(&printed.stderr));
    went_well(&desk.safelight(&["compare", "grid", "--out", "sheet.png", "--quiet"]));
    assert!(image::open(desk.path("sheet.png")).is_ok());
}
