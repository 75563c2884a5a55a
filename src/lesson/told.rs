//! Where a lesson is, as a small file tells it to a second terminal: the teacher's notes follow.
//!
//! JSON of one object; what another program wrote into it is read within bounds and doubted.

use serde::{Deserialize, Serialize};

use crate::walk::Problem;

/// What the file says of itself.
const FORMAT: &str = "safelight-lesson-place";
/// The version that this program writes and reads.
const VERSION: u32 = 1;
/// The most beats, choices and letters that are believed.
const MOST: usize = 1000;

/// Where a lesson is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Told {
    /// What the file is.
    pub format: String,
    /// The version of its form.
    pub version: u32,
    /// The lesson's name.
    pub lesson: String,
    /// The languages on screen, as `--lang` names them.
    pub lang: String,
    /// The beat on screen, from 0.
    pub beat: usize,
    /// How many beats there are.
    pub beats: usize,
    /// Whether its question waits.
    pub asking: bool,
    /// Whether the lesson was left for free play, or has ended.
    pub away: bool,
    /// When it began, in seconds since 1970.
    pub started: u64,
    /// How many hands went up for each choice of this beat.
    pub hands: Vec<u32>,
}

impl Told {
    /// The largest file that is read, in bytes.
    pub const LIMIT: usize = 16 << 10;

    /// A place at the beginning of a lesson of so many beats.
    pub fn of(lesson: &str, lang: &str, beats: usize) -> Self {
        Self {
            format: FORMAT.to_owned(),
            version: VERSION,
            lesson: lesson.to_owned(),
            lang: lang.to_owned(),
            beats,
            ..Self::default()
        }
    }

    /// The whole file.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).unwrap_or_default() + "\n"
    }

    /// Reads a file's bytes.
    ///
    /// # Errors
    /// `told-unreadable` where it is no such file, is too long, or says what cannot be;
    /// `told-version` where a later program wrote it.
    pub fn read(bytes: &[u8]) -> Result<Self, Problem> {
        let unreadable = || Problem::new("told-unreadable");
        if bytes.len() > Self::LIMIT {
            return Err(unreadable());
        }
        let told: Self = serde_json::from_slice(bytes).map_err(|_| unreadable())?;
        if told.format != FORMAT {
            return Err(unreadable());
        }
        if told.version != VERSION {
            return Err(Problem::new("told-version").with("found", told.version));
        }
        let sane = told.beats <= MOST
            && told.beat < told.beats
            && told.hands.len() <= MOST
            && told.lesson.len() <= MOST
            && told.lang.len() <= MOST;
        if sane { Ok(told) } else { Err(unreadable()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_told_is_read_again() {
        let told = Told {
            beat: 2,
            asking: true,
            started: 1_700_000_000,
            hands: vec![12, 9, 7],
            ..Told::of("from-words-to-picture", "en+zh", 8)
        };
        assert_eq!(Told::read(told.to_json().as_bytes()), Ok(told));
    }

    #[test]
    fn what_is_no_such_file_is_one_problem() {
        let good = Told::of("x", "en", 3).to_json();
        let cases = [
            String::new(),
            "{".to_owned(),
            "[]".to_owned(),
            "null".to_owned(),
            good[..good.len() / 2].to_owned(),
            good.replace(FORMAT, "another"),
            good.replace("\"beat\":0", "\"beat\":3"),
            good.replace("\"beat\":0", "\"beat\":-1"),
            good.replace("\"beat\":0", "\"beat\":1e99"),
            good.replace("\"beats\":3", "\"beats\":100000"),
            good.replace("\"hands\":[]", "\"hands\":[-1]"),
            good.replace("\"lesson\":\"x\"", &format!("\"lesson\":\"{}\"", "x".repeat(2000))),
            "[".repeat(10_000),
            " ".repeat(Told::LIMIT + 1),
        ];
        for case in &cases {
            let problem = Told::read(case.as_bytes()).expect_err(case);
            assert_eq!(problem.key(), "told-unreadable", "{case}");
        }
        let later = good.replace("\"version\":1", "\"version\":2");
        assert_eq!(Told::read(later.as_bytes()).expect_err("later").key(), "told-version");
        assert!(Told::read(&[0xff, 0xfe]).is_err());
    }
}
