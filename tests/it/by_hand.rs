//! One number by hand: what stands on the screen is a sum that comes out, and comes out as the
//! engine's number; the way is the same for a live walk and for a recording.

#![expect(clippy::unwrap_used, reason = "what is not on the screen fails the test")]

use std::path::Path;

use safelight::app::{App, Code, Event, Key, LatentLook, update};
use safelight::engine::noise::Generator;
use safelight::engine::{Engine, Look};
use safelight::recording::read;
use safelight::walk::{Asked, Frame, Grid, Noise, Sampler, Step, Unwatched};
use safelight::words::Language;

use crate::frames::EDGE;
use crate::reference_files::own_root;
use crate::stages::{IMAGE, NOISE, STEP, app, plain};

/// Evaluates what the program prints: sums, products, a modulus, roots, logarithms and angles.
struct Sum<'a> {
    rest: &'a str,
}

impl<'a> Sum<'a> {
    fn of(text: &'a str) -> f64 {
        let mut sum = Sum { rest: text };
        let value = sum.terms();
        assert!(sum.rest.trim().is_empty(), "{:?} of {text:?} is no sum", sum.rest);
        value
    }

    fn takes(&mut self, sign: &str) -> bool {
        let rest = self.rest.trim_start().strip_prefix(sign);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    fn terms(&mut self) -> f64 {
        let mut value = self.product();
        loop {
            if self.takes("+") {
                value += self.product();
            } else if self.takes("−") {
                value -= self.product();
            } else {
                return value;
            }
        }
    }

    fn product(&mut self) -> f64 {
        let mut value = self.factor();
        loop {
            if self.takes("·") || self.rest.starts_with('π') {
                value *= self.factor();
            } else if self.takes("/") {
                value /= self.factor();
            } else if self.takes("mod") {
                value = value.rem_euclid(self.factor());
            } else {
                return value;
            }
        }
    }

    fn factor(&mut self) -> f64 {
        if self.takes("−") {
            return -self.factor();
        }
        for (name, f) in [
            ("√", f64::sqrt as fn(f64) -> f64),
            ("ln", f64::ln),
            ("cos", f64::cos),
            ("sin", f64::sin),
            ("clamp", |x| x.clamp(-1.0, 1.0)),
        ] {
            if self.takes(name) {
                return f(self.factor());
            }
        }
        if self.takes("π") {
            return std::f64::consts::PI;
        }
        if self.takes("(") {
            let value = self.terms();
            assert!(self.takes(")"), "{:?}", self.rest);
            return value;
        }
        for (power, exponent) in [("2²⁴", 24), ("2³²", 32), ("2⁵³", 53)] {
            if self.takes(power) {
                return 2f64.powi(exponent);
            }
        }
        let text = self.rest.trim_start();
        let end = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
        self.rest = &text[end..];
        text[..end].parse().unwrap()
    }
}

/// The line `name = …` of a screen without what stands beside it, cut at its equals signs. Where it
/// stands with letters first, the one with numbers is under it.
fn line<'a>(screen: &'a str, name: &str) -> Vec<&'a str> {
    let mut lines = screen.lines().skip_while(|line| {
        let rest = line.trim_start().strip_prefix(name).map(str::trim_start);
        !rest.is_some_and(|rest| rest.starts_with("= "))
    });
    let found = lines.next().unwrap();
    let letters = ["x_t", "pred", "with", "x0", "ε"];
    let told = found.split_once("= ").unwrap().1.split("   ").next().unwrap();
    let found =
        if letters.iter().any(|l| told.contains(l)) { lines.next().unwrap() } else { found };
    let told = found.split_once("= ").unwrap().1;
    told.split("   ").next().unwrap().split(" = ").map(str::trim).collect()
}

fn value(text: &str) -> f64 {
    Sum::of(text.split('→').next_back().unwrap())
}

fn app_of(steps: &[Step], place: usize, lens: (usize, usize), channel: usize) -> App {
    let mut app = app(STEP);
    app.walk.frames.truncate(4);
    app.walk.frames.extend(steps.iter().map(|step| Frame::Step(Box::new(step.clone()))));
    app.walk.calls = steps.len();
    app.walk.at = 4 + place;
    app.look.by_hand = true;
    app.look.lens = lens;
    app.look.latent = LatentLook::Channel(channel);
    app
}

/// Each line's result against the engine's number, and the line against its result.
fn holds(steps: &[Step], place: usize, lens: (usize, usize), channel: usize, name: &str) {
    let app = app_of(steps, place, lens, channel);
    let small = plain(&app, 80, 24);
    let told = small.split("by hand: ").nth(1).unwrap().split("──").next().unwrap();
    assert!(!told.contains('…') && told.contains("pixels"), "{name} is cut:\n{small}");
    let screen = plain(&app, 400, 40);
    let step = &steps[place];
    let at = |grid: &Grid| f64::from(grid.plane(channel)[lens.1 * grid.width() + lens.0]);
    let mut engine =
        vec![("pred ", at(&step.pred)), ("x0 ", at(&step.x0)), ("next ", at(&step.next))];
    if step.formula.input_scale != 1.0 {
        engine.push(("input", at(&step.input)));
    }
    if screen.lines().any(|line| line.trim_start().starts_with("ε    = ")) {
        engine.push(("ε ", at(&step.epsilon_of(&step.pred))));
    }
    for (symbol, there) in engine {
        let parts = line(&screen, symbol);
        let result = value(parts.last().unwrap());
        let bound = 6e-5 + 2e-6 * there.abs();
        assert!((result - there).abs() <= bound, "{name}: {symbol} {result} is not {there}");
        // Four digits of each factor and operand, and σ may be large.
        let again = Sum::of(parts[0]);
        let numbers = parts[0].split(|c: char| !c.is_ascii_digit() && c != '.');
        let largest = numbers.filter_map(|n| n.parse::<f64>().ok()).fold(1.0, f64::max);
        let bound = 5e-4 * largest * largest.sqrt().max(1.0);
        assert!((again - result).abs() <= bound, "{name}: {parts:?} gives {again}");
    }
}

#[test]
fn every_line_of_every_sampler_comes_out_as_the_engine_has_it() {
    let model = own_root().join("models/sd1").to_string_lossy().into_owned();
    let asked = Asked { model: Some(model), steps: Some(5), ..Asked::default() };
    let engine = Engine::open(&asked, &Unwatched).unwrap();
    for sampler in Sampler::ALL {
        for (guidance, rescale) in [(1.0, 0.0), (4.0, 0.0), (4.0, 0.7)] {
            let asked = Asked {
                sampler: Some(sampler),
                guidance: Some(guidance),
                guidance_rescale: Some(rescale),
                eta: (sampler == Sampler::Ddim).then_some(0.5),
                ..asked.clone()
            };
            let settings = engine.settle(&asked).unwrap();
            let mut walk = engine.walk(&settings, Look::default()).unwrap();
            let mut steps = Vec::new();
            while let Some(frame) = walk.next(&Unwatched) {
                if let Frame::Step(step) = frame.unwrap() {
                    steps.push(*step);
                }
            }
            for place in 0..steps.len() {
                holds(&steps, place, (place % 3, 1), place % 4, sampler.name());
            }
        }
    }
}

#[test]
fn the_pixels_under_the_lens_are_named_with_their_colour() {
    let mut app = app(STEP);
    app.look.by_hand = true;
    app.look.lens = (5, 6);
    let Some(Frame::Image(image)) = app.walk.frames.get(IMAGE) else { unreachable!() };
    let picture = image.picture().unwrap();
    let mean = [0, 1, 2].map(|c: usize| {
        let block = (24..28).flat_map(|y| (20..24).map(move |x| (x, y)));
        block.map(|(x, y)| f32::from(picture.pixel(x, y)[c])).sum::<f32>() / 16.0
    });
    let told = format!("mean R {:.0} G {:.0} B {:.0}", mean[0], mean[1], mean[2]);
    for (width, height) in [(80, 24), (120, 40), (160, 50)] {
        let screen = plain(&app, width, height);
        let flat = screen.split_whitespace().collect::<Vec<_>>().join(" ");
        // A narrow column breaks the sentence.
        assert!(flat.contains("pixels 21–24"), "{screen}");
        assert!(width == 160 || flat.contains(&told), "{told} is not in {screen}");
    }
    app.walk.frames.truncate(IMAGE);
    assert!(plain(&app, 120, 40).contains("no colours yet"));
}

fn noise_app(noise: Grid, seed: u64, lens: (usize, usize), channel: usize) -> App {
    let mut app = app(NOISE);
    app.walk.frames[NOISE] = Frame::Noise(Noise { noise, seed });
    app.look.by_hand = true;
    app.look.lens = lens;
    app.look.latent = LatentLook::Channel(channel);
    app
}

#[test]
fn every_line_of_a_number_of_the_noise_comes_out() {
    for (seed, shape) in [(7, [1, 4, 16, 16]), (42, [1, 4, 3, 5]), (9, [1, 3, 2, 2])] {
        let noise = Generator::new(seed).normal(&shape);
        for (lens, channel) in [((0, 0), 0), ((1, 1), 1), ((0, 1), 2), ((4, 2), 3)] {
            let there = (lens.0.min(shape[3] - 1), lens.1.min(shape[2] - 1));
            let channel = channel.min(shape[1] - 1);
            let value_there = noise.plane(channel)[there.1 * shape[3] + there.0];
            let screen = plain(&noise_app(noise.clone(), seed, there, channel), 140, 24);
            for name in ["u1 ", "u2 ", "r ", "z "] {
                let parts = line(&screen, name);
                let (again, result) = (Sum::of(parts[0]), value(parts.last().unwrap()));
                assert!((again - result).abs() < 6e-5, "{name}: {parts:?} gives {again}");
            }
            let z = value(line(&screen, "z ").last().unwrap());
            assert!((z - f64::from(value_there)).abs() <= 5.1e-5, "{z} is not {value_there}");
            let stored = screen.split("stored: ").nth(1).unwrap();
            assert!((value(stored.lines().next().unwrap()) - z).abs() < 1e-9, "{screen}");
        }
    }
}

#[test]
fn noise_that_does_not_come_from_its_seed_is_said_to() {
    let noise = Generator::new(7).normal(&[1, 4, EDGE, EDGE]);
    let told = "not what this seed gives";
    assert!(!plain(&noise_app(noise.clone(), 7, (3, 3), 0), 120, 40).contains(told));
    assert!(plain(&noise_app(noise.clone(), 8, (3, 3), 0), 120, 40).contains(told));
}

#[test]
fn a_pixel_comes_out_of_what_the_decoder_gave() {
    for pixel in [(0, 0), (31, 20), (63, 63)] {
        let mut app = app(IMAGE);
        if let Some(Frame::Image(image)) = app.walk.frames.get_mut(IMAGE) {
            image.image = image.image.map(|x| x * 1.5);
        }
        let Some(Frame::Image(image)) = app.walk.frames.get(IMAGE) else { unreachable!() };
        let picture = image.picture().unwrap();
        app.look.by_hand = true;
        app.look.pixel = pixel;
        for (width, height) in [(80, 24), (120, 40), (160, 50)] {
            let screen = plain(&app, width, height);
            let sums: Vec<(f64, f64, u8)> = screen
                .lines()
                .filter(|line| line.contains("·127.5 = "))
                .map(|line| {
                    let (sum, result) = line.split_once("·127.5 = ").unwrap();
                    let sum = sum.rsplit("= (").next().unwrap();
                    let (exact, byte) = result.split_once(" → ").unwrap();
                    let sum = Sum::of(&format!("({sum}·127.5"));
                    (sum, value(exact), byte.trim().parse().unwrap())
                })
                .collect();
            assert_eq!(sums.len(), 3, "{screen}");
            for ((again, exact, byte), there) in sums.iter().zip(picture.pixel(pixel.0, pixel.1)) {
                assert!((again - exact).abs() < 2e-2 && (exact - f64::from(*byte)).abs() <= 0.51);
                assert_eq!(*byte, there);
            }
        }
    }
}

#[test]
fn the_key_works_at_noise_step_and_image() {
    for place in [NOISE, STEP, IMAGE] {
        let mut app = app(place);
        app.look.enlarged = true;
        update(&mut app, Event::Key(Key::char('b')));
        assert!(app.look.by_hand && !app.look.enlarged);
        let before = plain(&app, 120, 40);
        update(&mut app, Event::Key(Key::shift(Code::Right)));
        assert_ne!(before, plain(&app, 120, 40), "the lens moves to another number");
        assert!(before.contains("by hand"), "{before}");
    }
}

#[test]
fn a_number_of_the_noise_and_a_pixel_by_hand() {
    let noise = Generator::new(7).normal(&[1, 4, EDGE, EDGE]);
    let mut noise = noise_app(noise, 7, (5, 6), 1);
    let mut image = app(IMAGE);
    image.look.by_hand = true;
    image.look.pixel = (31, 20);
    for (name, app) in [("noise", &mut noise), ("image", &mut image)] {
        for (width, height) in [(80, 24), (120, 40)] {
            let screen = plain(app, width, height);
            insta::assert_snapshot!(format!("{name}-by-hand-{width}x{height}"), screen);
        }
        app.language = Language::Zh;
        insta::assert_snapshot!(format!("{name}-by-hand-zh-80x24"), plain(app, 80, 24));
    }
    let mut step = app(STEP);
    step.look.by_hand = true;
    step.look.lens = (5, 6);
    step.language = Language::Zh;
    insta::assert_snapshot!("step-by-hand-zh-80x24", plain(&step, 80, 24));
}

/// What a recording of version 1 keeps in 16 bits still comes from its seed.
#[test]
fn a_replayed_recording_shows_the_same_way() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/recordings/v1.safetensors");
    let recording = read(&path).unwrap();
    let Some(Frame::Noise(noise)) = recording.frames.get(3) else { unreachable!() };
    let live = Generator::new(noise.seed).normal(noise.noise.shape());
    for (lens, channel) in [((0, 0), 0), ((9, 4), 2), ((15, 15), 3)] {
        let of = |noise: &Grid| plain(&noise_app(noise.clone(), 7, lens, channel), 120, 24);
        let (replayed, walked) = (of(&noise.noise), of(&live));
        for name in ["w ", "u1 ", "u2 ", "r ", "z "] {
            assert_eq!(line(&replayed, name), line(&walked, name));
        }
        assert!(!replayed.contains("not what this seed gives"), "{replayed}");
    }
}
