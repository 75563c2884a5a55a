//! Sheets, animations and tables of a walk.

use std::fs::{self, File};
use std::io::BufReader;
use std::sync::atomic::{AtomicUsize, Ordering};

use image::AnimationDecoder;
use image::codecs::gif::GifDecoder;
use safelight::export::{contact_sheet, csv, gif, walk_sheet};
use safelight::walk::{Frame, Picture, Progress, Trajectory, Unwatched, Watch};
use safelight::words::{Language, Words};

use super::frames;

fn en() -> Words {
    Words::of(Language::En)
}

/// The walk with the x0 of its call 4 through the VAE.
fn decoded() -> Vec<Frame> {
    let mut frames = frames::frames();
    if let Some(Frame::Step(step)) = frames.get_mut(8) {
        step.x0_image = Some(Picture::from_fn(64, 64, |x, y| [x as u8, y as u8, 99]));
    }
    frames
}

#[test]
fn a_sheet_has_every_step_with_its_number_and_level_and_says_what_its_picture_is() {
    let sheet = walk_sheet(&decoded(), &frames::settings(), &frames::card(), en());
    let cells: Vec<_> = sheet.rows.iter().flat_map(|(_, cells)| cells).collect();
    assert_eq!(cells.len(), frames::CALLS + 1);
    let widths: Vec<usize> = sheet.rows.iter().map(|(_, cells)| cells.len()).collect();
    assert_eq!(widths, [7, 7, 7]);
    for (call, cell) in cells[..frames::CALLS].iter().enumerate() {
        let what = if call == 4 { "through the VAE" } else { "preview, R² 0.94" };
        assert!(cell.label.starts_with(&format!("step {}   σ ", call + 1)), "{}", cell.label);
        assert!(cell.label.ends_with(what), "{}", cell.label);
        let edge = if call == 4 { 64 } else { frames::EDGE };
        assert_eq!(cell.picture.as_ref().map(Picture::width), Some(edge));
    }
    assert_eq!(cells[frames::CALLS].label, "the picture");
    assert_eq!(sheet.title, frames::PROMPT);
    for fact in ["seed 7", "20 steps", "ddim", "cfg 4", "64×64"] {
        assert!(sheet.notes[0].contains(fact), "{}", sheet.notes[0]);
    }
    let drawn = contact_sheet::draw(&sheet).unwrap();
    assert!(drawn.width() > drawn.height() && drawn.width() < 2000);
}

#[test]
fn a_walk_without_pictures_gets_an_empty_sheet_and_no_animation() {
    let mut card = frames::card();
    card.preview = None;
    let frames = frames::walk_of(8).frames;
    let sheet = walk_sheet(&frames, &frames::settings(), &card, en());
    assert!(sheet.rows[0].1.iter().all(|cell| cell.picture.is_none()));
    assert!(contact_sheet::draw(&sheet).is_some());
    let folder = tempfile::tempdir().unwrap();
    let problem = gif::write(&folder.path().join("x.gif"), &frames, &card, en(), &Unwatched);
    assert_eq!(problem.unwrap_err().key(), "export-no-x0");
    let early = walk_sheet(&frames[..4], &frames::settings(), &card, en());
    let problem = contact_sheet::write(&folder.path().join("s.png"), &early, None).unwrap_err();
    assert_eq!(problem.key(), "export-empty");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn an_animation_shows_every_x0_and_stays_at_the_picture() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x0.gif");
    gif::write(&path, &decoded(), &frames::card(), en(), &Unwatched).unwrap();
    let decoder = GifDecoder::new(BufReader::new(File::open(&path).unwrap())).unwrap();
    let shots = decoder.into_frames().collect_frames().unwrap();
    assert_eq!(shots.len(), frames::CALLS + 1);
    let ms = |shot: &image::Frame| shot.delay().numer_denom_ms().0;
    let (last, others) = shots.split_last().unwrap();
    assert!(others.iter().all(|shot| ms(shot) == ms(&others[0])));
    assert!(ms(last) >= 5 * ms(&others[0]));
    let first = shots[0].buffer();
    assert!(first.width() >= 256 && first.height() > first.width());
    assert!(shots.windows(2).all(|pair| pair[0].buffer() != pair[1].buffer()));
}

/// Gives up after so many parts.
struct Patience(AtomicUsize);

impl Watch for Patience {
    fn progress(&self, _: Progress) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }

    fn cancelled(&self) -> bool {
        self.0.load(Ordering::Relaxed) == 0
    }
}

#[test]
fn a_cancelled_animation_leaves_nothing_and_an_older_file_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x0.gif");
    fs::write(&path, "older").unwrap();
    let patience = Patience(AtomicUsize::new(3));
    let ended = gif::write(&path, &frames::frames(), &frames::card(), en(), &patience);
    assert!(ended.unwrap_err().is_cancelled());
    assert_eq!(fs::read(&path).unwrap(), b"older");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn a_table_has_one_row_a_call_with_the_numbers_of_the_trajectory() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("walk.csv");
    let frames = frames::frames();
    csv::write(&path, &frames).unwrap();
    let text = fs::read_to_string(&path).unwrap();
    let mut lines = text.split_terminator("\r\n").map(|line| line.split(',').collect::<Vec<_>>());
    let header = lines.next().unwrap();
    let rows: Vec<_> = lines.collect();
    assert_eq!(rows.len(), frames::CALLS);
    let trajectory = Trajectory::of(&frames);
    let column = |name: &str| header.iter().position(|head| *head == name).unwrap();
    for (row, point) in rows.iter().zip(&trajectory.points) {
        assert_eq!(row.len(), header.len());
        let number = |name: &str| row[column(name)].parse::<f32>().ok();
        assert_eq!(row[column("call")], (point.call + 1).to_string());
        assert_eq!(number("sigma"), Some(point.sigma));
        assert_eq!(number("angle"), point.angle);
        assert_eq!(number("x0_moved"), point.x0_moved);
        assert_eq!(number("x0_from_final"), point.x0_from_final);
        assert_eq!(number("cosine_with_seed"), point.cosine_with_seed);
    }
}
