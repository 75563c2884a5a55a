//! Models by their ids, from a small hub on loopback: only what is needed comes, what breaks is
//! gone on with, what is refused is said in one sentence, and no name reaches outside the cache.

mod server;

use std::fs;
use std::path::PathBuf;
use std::process::Output;

use serde_json::json;

use self::server::{COMMIT, Hub, Manners, sha256};
use super::bad_input::said;
use super::{Desk, PROGRAM, SMALL, text, tiny_model, went_well};

const UNET: &str = "unet/diffusion_pytorch_model.safetensors";

/// A desk whose cache is in `hf`, with the hub that is asked.
struct Place {
    desk: Desk,
    hub: Hub,
}

impl Place {
    fn new() -> Self {
        Self { desk: Desk::new(), hub: Hub::of(&tiny_model()) }
    }

    fn run(&self, args: &[&str]) -> Output {
        self.with(args, &[])
    }

    fn with(&self, args: &[&str], variables: &[(&str, &str)]) -> Output {
        let mut command = self.desk.command(PROGRAM);
        command.args(args).env("HF_HOME", self.desk.path("hf")).env("NO_PROXY", "*");
        command.env("HF_ENDPOINT", self.hub.address()).envs(variables.iter().copied());
        command.output().unwrap()
    }

    fn get(&self) -> Output {
        self.run(&["models", "get", "toy/sd1"])
    }

    /// The walk of the model by its id.
    fn walk(&self) -> Output {
        let args = ["run", "a cat", "--model", "toy/sd1", "--steps", "2", "--json"];
        self.run(&[&args[..], SMALL].concat())
    }

    fn cache(&self) -> PathBuf {
        self.desk.path("hf/hub/models--toy--sd1")
    }

    /// The file in which a broken download of the noise predictor waits.
    fn part(&self) -> PathBuf {
        self.cache().join("blobs").join(sha256(self.hub.file(UNET))).with_extension("part")
    }
}

/// Paths of files that were asked for, in their order.
fn files(hub: &Hub) -> Vec<String> {
    let asked = hub.asked().into_iter().map(|(path, ..)| path);
    asked.filter_map(|path| Some(path.strip_prefix("/toy/sd1/resolve/main/")?.to_owned())).collect()
}

#[test]
fn an_id_is_fetched_once_only_as_far_as_it_is_needed_and_then_walked_without_the_hub() {
    let place = Place::new();
    let folder = PathBuf::from(went_well(&place.get()).trim_end());
    assert_eq!(folder, place.cache().join("snapshots").join(COMMIT));
    assert_eq!(fs::read_to_string(place.cache().join("refs/main")).unwrap(), COMMIT);
    let asked = files(&place.hub);
    for needed in ["model_index.json", UNET, "vae/config.json", "tokenizer/vocab.json"] {
        assert!(asked.iter().any(|path| path == needed), "{needed}");
        assert_eq!(fs::read(folder.join(needed)).unwrap(), place.hub.file(needed), "{needed}");
    }
    for other in ["README", ".bin", "safety", "evil", "..", "etc"] {
        assert!(!asked.iter().any(|path| path.contains(other)), "{other} {asked:?}");
    }
    assert!(fs::symlink_metadata(folder.join(UNET)).unwrap().is_symlink());
    let kept = place.cache().join("blobs").join(sha256(place.hub.file(UNET)));
    assert_eq!(fs::canonicalize(folder.join(UNET)).unwrap(), fs::canonicalize(kept).unwrap());
    // The walk asks nobody, and says whose model it is.
    let walked = went_well(&place.walk());
    assert!(walked.lines().next().unwrap().contains("\"model\":\"toy/sd1\""), "{walked}");
    assert!(place.hub.asked().is_empty());
    // Again: the list is asked for, no file.
    let again = place.get();
    assert!(text(&again.stderr).contains("already"));
    assert_eq!(files(&place.hub), Vec::<String>::new());
    let listed = went_well(&place.run(&["models"]));
    assert!(listed.contains("toy/sd1"), "{listed}");
    assert_eq!(place.desk.files(), ["hf"]);
}

#[test]
fn a_walk_of_an_id_that_is_not_here_fetches_it_first() {
    let place = Place::new();
    let output = place.walk();
    went_well(&output);
    assert!(text(&output.stderr).contains("Fetching toy/sd1"), "{}", text(&output.stderr));
    assert!(files(&place.hub).contains(&UNET.to_owned()));
}

#[test]
fn a_folder_of_that_name_is_meant_before_the_hub() {
    let place = Place::new();
    fs::create_dir_all(place.desk.path("toy/sd1")).unwrap();
    let output = place.walk();
    said(&output, 1, &["toy/sd1", "unet/config.json"]);
    assert!(place.hub.asked().is_empty());
}

#[test]
fn a_connection_that_breaks_is_taken_up_where_it_broke() {
    let place = Place::new();
    place.hub.behaves(Manners { breaks: Some((5000, 4)), ..Manners::default() });
    went_well(&place.get());
    let asked = place.hub.asked();
    let ranges = asked.iter().filter(|(_, range, _)| range.as_deref() == Some("bytes=5000-"));
    assert!(ranges.count() >= 1, "{asked:?}");
    let folder = place.cache().join("snapshots").join(COMMIT);
    assert_eq!(fs::read(folder.join(UNET)).unwrap(), place.hub.file(UNET));
}

#[test]
fn what_a_broken_fetch_left_is_gone_on_with_by_the_next() {
    let place = Place::new();
    place.hub.behaves(Manners { breaks: Some((0, usize::MAX)), ..Manners::default() });
    let output = place.get();
    assert_eq!(output.status.code(), Some(1));
    let error = text(&output.stderr);
    assert!(error.contains("bytes are here") && error.contains("goes on"), "{error}");
    // Nothing of it counts as a model.
    let output = place.with(&["run", "a", "--model", "toy/sd1"], &[("HF_HUB_OFFLINE", "1")]);
    said(&output, 1, &["toy/sd1", "HF_HUB_OFFLINE"]);
    fs::write(place.part(), &place.hub.file(UNET)[..7000]).unwrap();
    place.hub.behaves(Manners::default());
    place.hub.asked();
    went_well(&place.get());
    let asked = place.hub.asked();
    let unet = asked.iter().find(|(path, ..)| path.ends_with(UNET)).unwrap();
    assert_eq!(unet.1.as_deref(), Some("bytes=7000-"));
    let folder = place.cache().join("snapshots").join(COMMIT);
    assert_eq!(fs::read(folder.join(UNET)).unwrap(), place.hub.file(UNET));
    assert!(!place.part().exists());
}

#[test]
fn a_beginning_that_is_wrong_is_found_and_thrown_away() {
    let place = Place::new();
    fs::create_dir_all(place.part().parent().unwrap()).unwrap();
    fs::write(place.part(), [7; 900]).unwrap();
    said(&just_last_line(place.get()), 1, &[UNET, "damaged"]);
    assert!(!place.part().exists());
    went_well(&place.get());
    // Longer than the whole: begun again.
    let other = Place::new();
    fs::create_dir_all(other.part().parent().unwrap()).unwrap();
    fs::write(other.part(), vec![7; other.hub.file(UNET).len() + 1]).unwrap();
    went_well(&other.get());
    // A hub that knows no ranges sends all of it again.
    let third = Place::new();
    fs::create_dir_all(third.part().parent().unwrap()).unwrap();
    fs::write(third.part(), [7; 900]).unwrap();
    third.hub.behaves(Manners { no_ranges: true, ..Manners::default() });
    went_well(&third.get());
}

#[test]
fn a_hub_that_tells_neither_sizes_nor_hashes_will_do() {
    let place = Place::new();
    place.hub.behaves(Manners { no_hashes: true, ..Manners::default() });
    went_well(&place.get());
    went_well(&place.walk());
}

#[test]
fn a_file_that_never_ends_is_cut_where_it_should_have_ended() {
    let place = Place::new();
    place.hub.behaves(Manners { endless: true, ..Manners::default() });
    said(&just_last_line(place.get()), 1, &["damaged"]);
    let most = fs::read_dir(place.cache().join("blobs")).unwrap();
    let sizes = most.map(|entry| entry.unwrap().metadata().unwrap().len());
    assert!(sizes.max().unwrap() < 1 << 20);
}

#[test]
fn a_refusal_is_one_sentence_that_says_what_to_do() {
    let place = Place::new();
    for (status, words) in [
        (401, &["toy/sd1", "token", "licence"][..]),
        (403, &["toy/sd1", "licence", "accept"]),
        (404, &["toy/sd1", "no model"]),
        (500, &["500", "toy/sd1"]),
        (429, &["429"]),
    ] {
        place.hub.behaves(Manners { refuses: Some(status), ..Manners::default() });
        said(&place.get(), 1, words);
        said(&place.walk(), 1, words);
    }
    place.hub.behaves(Manners { refuses_files: Some(403), ..Manners::default() });
    said(&just_last_line(place.get()), 1, &["licence"]);
    let nowhere =
        place.with(&["models", "get", "toy/sd1"], &[("HF_ENDPOINT", "http://127.0.0.1:9")]);
    said(&nowhere, 1, &["http://127.0.0.1:9", "network"]);
    said(&place.run(&["models", "get", "../evil"]), 2, &["../evil", "OWNER/NAME"]);
    said(&place.run(&["models", "info", "toy/sd1"]), 1, &["models get toy/sd1"]);
}

#[test]
fn a_list_that_is_none_or_names_what_cannot_be_is_refused() {
    let place = Place::new();
    let list = |sha: &str, files: &[(&str, &str)]| {
        let files = files.iter().map(|(path, blob)| json!({"rfilename": path, "blobId": blob}));
        json!({"sha": sha, "siblings": files.collect::<Vec<_>>()}).to_string()
    };
    let index = ("model_index.json", "ab");
    for (says, words) in [
        ("no JSON".to_owned(), "HF_ENDPOINT"),
        ("[]".to_owned(), "HF_ENDPOINT"),
        (list("../../../evil", &[index]), "HF_ENDPOINT"),
        (list("/tmp", &[index]), "HF_ENDPOINT"),
        (list("", &[index]), "HF_ENDPOINT"),
        (list("c0", &[("model_index.json", "../../../evil")]), "model_index.json"),
        (list("c0", &[("unet/config.json", "ab")]), "model_index.json"),
        (list("c0", &[index, ("unet/diffusion_pytorch_model.bin", "cd")]), "safetensors"),
    ] {
        place.hub.behaves(Manners { says: Some(says.clone()), ..Manners::default() });
        let output = place.get();
        said(&output, 1, &[words]);
        assert!(!place.desk.path("hf").exists(), "{says}");
    }
}

#[test]
fn the_token_goes_to_the_hub_and_nowhere_else() {
    let (place, other) = (Place::new(), Hub::of(&tiny_model()));
    place.hub.behaves(Manners { elsewhere: Some(other.other_name()), ..Manners::default() });
    let token = [("HF_TOKEN", "hf_secret")];
    went_well(&place.with(&["models", "get", "toy/sd1"], &token));
    let asked = place.hub.asked();
    assert!(asked.iter().all(|(.., token)| token.as_deref() == Some("Bearer hf_secret")));
    let there = other.asked();
    assert!(!there.is_empty());
    assert!(there.iter().all(|(.., token)| token.is_none()), "{there:?}");
}

/// The last line alone: remarks about what is fetched stand before it.
fn just_last_line(mut output: Output) -> Output {
    let error = text(&output.stderr);
    output.stderr = error.lines().last().unwrap_or_default().as_bytes().to_vec();
    output
}
