//! A walk made by hand: what a pocket-like model could have done, without any network. 16 × 16
//! latents, 20 calls of DDIM with v-prediction and guidance, the same numbers every time.

#![expect(clippy::unwrap_used, reason = "the numbers are made here")]

use safelight::source::Recorded;
use safelight::walk::{
    Attention, Beside, Decode, Embeddings, Encode, EncoderTokens, Encoding, EngineChoice, Family,
    Formula, Frame, Grid, Image, LeftOut, Level, Merge, ModelCard, Neighbour, Noise, Picture,
    Piece, Prediction, Preview, Quantity, Sampler, Schedule, Settings, Spacing, StartImage,
    Statistics, Step, Taught, Term, TextLayers, Tokens, Word,
};

/// Edge of the latents.
pub(crate) const EDGE: usize = 16;
/// Calls of the network.
pub(crate) const CALLS: usize = 20;
/// The prompt.
pub(crate) const PROMPT: &str = "a red cat on a blue background";

const SHAPE: [usize; 4] = [1, 4, EDGE, EDGE];
const WIDTH: usize = 64;
pub(crate) const WORDS: [(&str, u32); 7] = [
    ("a", 320),
    ("red", 736),
    ("cat", 2368),
    ("on", 525),
    ("a", 320),
    ("blue", 1746),
    ("background", 5994),
];

/// The whole walk.
pub(crate) fn walk() -> Recorded {
    Recorded { card: card(), settings: settings(), calls: CALLS, frames: frames() }
}

/// A walk of which only the first `count` frames are there.
pub(crate) fn walk_of(count: usize) -> Recorded {
    let mut walk = walk();
    walk.frames.truncate(count);
    walk
}

pub(crate) fn card() -> ModelCard {
    let list = |words: &[&str]| words.iter().map(|&w| w.to_owned()).collect();
    ModelCard {
        name: "pocket".into(),
        family: Family::Pocket,
        distilled: None,
        guidance_embedded: false,
        parameters: [3_400_000, 2_100_000, 900_000],
        vector_width: WIDTH,
        vocabulary: 49_408,
        vae_factor: 4,
        hash: "5af3".repeat(16),
        default_steps: Some(20),
        default_guidance: Some(4.0),
        default_size: (EDGE * 4, EDGE * 4),
        example: Some(PROMPT.into()),
        preview: Some(Preview {
            matrix: vec![[0.2, 0.1, 0.0], [0.0, 0.2, 0.1], [0.1, 0.0, 0.2], [0.05, 0.05, 0.05]],
            bias: [0.5, 0.5, 0.5],
            r2: 0.94,
        }),
        taught: Some(Taught {
            things: list(&["cat", "fish", "house"]),
            colours: list(&["red", "green"]),
            backgrounds: list(&["blue", "white"]),
            sizes: list(&["small", "big"]),
            other: list(&["a", "on", "background"]),
        }),
        samples: None,
        changes: vec![],
    }
}

pub(crate) fn settings() -> Settings {
    Settings {
        model: "pocket".into(),
        prompt: PROMPT.into(),
        prompt_2: None,
        negative: None,
        seed: 7,
        steps: CALLS,
        sampler: Sampler::Ddim,
        karras: false,
        eta: 0.0,
        spacing: Spacing::Trailing,
        prediction: Prediction::V,
        original_steps: None,
        guidance: 4.0,
        guidance_embedded: false,
        guidance_rescale: 0.0,
        clip_skip: 0,
        width: EDGE * 4,
        height: EDGE * 4,
        original_size: None,
        crop: None,
        target_size: None,
        device: "cpu".into(),
        dtype: "f32".into(),
        engine: EngineChoice::Own,
        guessed: vec![],
        attachments: vec![],
        image: None,
        strength: None,
        fork: None,
    }
}

/// What two walks made by hand can differ in.
#[derive(Clone, Copy)]
pub(crate) struct Variation {
    /// Seed of the noise.
    pub(crate) seed: u64,
    /// Calls of the network, as many as steps.
    pub(crate) calls: usize,
    /// Guidance scale.
    pub(crate) guidance: f32,
    /// How large the disc is that the walk comes to.
    pub(crate) radius: f32,
    /// The third word, and its id.
    pub(crate) thing: (&'static str, u32),
}

/// The walk as it is everywhere else.
pub(crate) const PLAIN: Variation =
    Variation { seed: 7, calls: CALLS, guidance: 4.0, radius: 5.0, thing: ("cat", 2368) };

/// All 26 frames in order.
pub(crate) fn frames() -> Vec<Frame> {
    varied(PLAIN).frames
}

/// The plain walk as if it had begun from a picture, with the first four calls left out.
pub(crate) fn from_picture() -> Recorded {
    let mut walk = varied(PLAIN);
    let start = Picture::from_fn(EDGE * 4, EDGE * 4, |x, y| {
        let (dx, dy) = (x as f32 - 34.0, y as f32 - 30.0);
        if dx.hypot(dy) < 18.0 { [200, 60, 40] } else { [40, 70, 150] }
    });
    let image = Grid::from_fn(&[1, 3, EDGE * 4, EDGE * 4], |i| {
        let (c, at) = (i / (EDGE * EDGE * 16), i % (EDGE * EDGE * 16));
        f32::from(start.rgb()[at * 3 + c]) / 255.0 * 2.0 - 1.0
    });
    let numbers = EDGE * EDGE * 4;
    let mean = goal(4.0);
    let moments = Grid::from_fn(&[1, 8, EDGE, EDGE], |i| {
        if i < numbers { mean.data()[i] } else { -4.0 - uniform(5, i) }
    });
    let back = Picture::from_fn(EDGE * 4, EDGE * 4, |x, y| {
        start.pixel(x, y).map(|v| v.saturating_add((x % 3) as u8 * 4))
    });
    let encode = Encode {
        image,
        moments,
        noise: normal(&SHAPE, 70),
        scaling: 1.0,
        back: Some(back),
        whole: Vec::new(),
        seconds: 0.02,
    };
    walk.frames.insert(3, Frame::Encode(Box::new(encode)));
    walk.frames.drain(5..9);
    walk.calls -= 4;
    let calls = walk.calls;
    for frame in &mut walk.frames {
        match frame {
            Frame::Schedule(schedule) => {
                let gone = schedule.timesteps.drain(..4).zip(schedule.levels.drain(..4));
                schedule.left_out =
                    gone.map(|(timestep, level)| LeftOut { timestep, level }).collect();
                schedule.steps.truncate(calls);
            }
            Frame::Step(step) => {
                step.call -= 4;
                step.step -= 4;
                (step.calls, step.steps) = (calls, calls);
            }
            _ => {}
        }
    }
    let start =
        StartImage { name: "start.png".into(), hash: "5e".repeat(32), picture: Some(start) };
    walk.settings.image = Some(start);
    walk.settings.strength = Some(0.8);
    walk
}

/// A walk that differs from the plain one.
pub(crate) fn varied(variation: Variation) -> Recorded {
    let Variation { seed, calls, guidance, radius, thing } = variation;
    let schedule = schedule(calls);
    let noise = normal(&SHAPE, seed);
    let mut words = WORDS;
    words[2] = thing;
    let mut frames = vec![
        Frame::Tokens(tokens(&words)),
        Frame::Embeddings(embeddings(thing.1)),
        Frame::Schedule(schedule.clone()),
        Frame::Noise(Noise { noise: noise.clone(), seed }),
    ];
    let mut latent = noise;
    for call in 0..calls {
        let step = step(call, latent, &schedule, (guidance, radius));
        latent = step.next.clone();
        frames.push(Frame::Step(Box::new(step)));
    }
    frames.push(Frame::Decode(decode(&latent)));
    frames.push(Frame::Image(image(radius)));
    let prompt = words.map(|word| word.0).join(" ");
    let settings =
        Settings { seed, steps: calls, guidance: f64::from(guidance), prompt, ..settings() };
    Recorded { card: card(), settings, calls, frames }
}

/// Numbers between 0 and 1 that depend on seed and place only.
fn uniform(seed: u64, i: usize) -> f32 {
    let mut x = (seed << 32) ^ (i as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    ((x ^ (x >> 31)) >> 40) as f32 / (1u64 << 24) as f32
}

/// Nearly normal numbers: twelve uniform ones summed.
pub(crate) fn normal(shape: &[usize], seed: u64) -> Grid {
    Grid::from_fn(shape, |i| (0..12).map(|k| uniform(seed, i * 12 + k)).sum::<f32>() - 6.0)
}

pub(crate) fn encoding(text: &str, words: &[(&str, u32)]) -> Encoding {
    let pieces = words
        .iter()
        .map(|&(text, id)| Piece { id, text: text.into(), ends_word: true, taught: true })
        .collect();
    let words_ = words.iter().enumerate().map(|(n, &(text, _))| {
        let mut symbols: Vec<String> = text.chars().map(String::from).collect();
        if let Some(last) = symbols.last_mut() {
            last.push_str("</w>");
        }
        let merges = (1..symbols.len()).map(|i| Merge { at: 0, rank: (i * 37) as u32 }).collect();
        Word { text: text.into(), symbols, merges, pieces: n..n + 1 }
    });
    let mut ids = vec![49_406];
    ids.extend(words.iter().map(|&(_, id)| id));
    ids.resize(77, 49_407);
    Encoding {
        text: text.into(),
        words: words_.collect(),
        pieces,
        kept: words.len(),
        ids,
        cut: String::new(),
        vocabulary: 49_408,
    }
}

fn tokens(words: &[(&str, u32)]) -> Tokens {
    let encoder = EncoderTokens {
        prompt: encoding(&words.iter().map(|word| word.0).collect::<Vec<_>>().join(" "), words),
        negative: Some(encoding("", &[])),
    };
    Tokens { encoders: vec![encoder] }
}

fn embeddings(thing: u32) -> Embeddings {
    let layers = (0..4).map(|n| normal(&[2, 77, WIDTH], 100 + n)).collect();
    // Another thing turns its own vector and, less, those after it.
    let (plain, other) = (normal(&[2, 77, WIDTH], 110), normal(&[2, 77, WIDTH], 120));
    let last = Grid::from_fn(&[2, 77, WIDTH], |i| {
        let behind = (i / WIDTH % 77).checked_sub(3).filter(|_| thing != PLAIN.thing.1);
        let share = behind.map_or(0.0, |behind| 1.0 / (1.0 + behind as f32));
        (1.0 - share).mul_add(plain.data()[i], share * other.data()[i])
    });
    let nearest = WORDS
        .iter()
        .map(|_| {
            ["cat", "fish", "house"]
                .iter()
                .enumerate()
                .map(|(i, &text)| Neighbour {
                    id: 2000 + i as u32,
                    text: text.into(),
                    cosine: 0.9 - i as f32 * 0.2,
                })
                .collect()
        })
        .collect();
    let encoders = vec![TextLayers { layers, last: last.clone() }];
    Embeddings { encoders, context: last, beside: Beside::default(), nearest }
}

fn schedule(calls: usize) -> Schedule {
    let mut product = 1.0f64;
    let alphas_cumprod: Vec<f32> = (0..1000)
        .map(|t| {
            let root =
                0.000_85f64.sqrt() + (0.012f64.sqrt() - 0.000_85f64.sqrt()) * f64::from(t) / 999.0;
            product *= 1.0 - root * root;
            product as f32
        })
        .collect();
    let timesteps: Vec<f32> = (0..calls).map(|i| 999.0 - (i * 1000 / calls) as f32).collect();
    let level = |a: f32| ((1.0 - a) / a).sqrt();
    let mut levels: Vec<f32> =
        timesteps.iter().map(|&t| level(alphas_cumprod[t as usize])).collect();
    levels.push(0.0);
    Schedule {
        timesteps,
        sigmas: None,
        levels,
        alphas_cumprod,
        init_noise_sigma: 1.0,
        steps: (0..calls).collect(),
        left_out: Vec::new(),
        sample: None,
    }
}

/// The clean latent that this walk comes to: a disc.
fn goal(radius: f32) -> Grid {
    Grid::from_fn(&SHAPE, |i| {
        let (c, y, x) = (i / EDGE / EDGE, i / EDGE % EDGE, i % EDGE);
        let (dx, dy) = (x as f32 - 7.5, y as f32 - 7.5);
        let inside = dx.hypot(dy) < radius;
        [1.2, -0.8, 0.5, 0.1][c] * if inside { 1.0 } else { -0.7 }
    })
}

fn step(call: usize, latent: Grid, schedule: &Schedule, (guidance, radius): (f32, f32)) -> Step {
    let (sigma, sigma_next) = (schedule.levels[call], schedule.levels[call + 1]);
    let ((a, b), (an, bn)) = (Schedule::factors(sigma), Schedule::factors(sigma_next));
    let formula = Formula {
        prediction: Prediction::V,
        guidance,
        guidance_rescale: 0.0,
        input_scale: 1.0,
        x0: [a, -b],
        epsilon: [b, a],
        common_scale: 1.0,
        next_common_scale: 1.0,
        next: vec![
            Term { factor: an, of: Quantity::X0 },
            Term { factor: bn, of: Quantity::Epsilon },
        ],
    };
    // The v whose x0 is a share of the goal: small while there is much noise.
    let share = 1.0 / (1.0 + 0.2 * sigma);
    let answer = |share: f32, seed: u64| {
        let wobble = normal(&SHAPE, seed);
        let estimate = goal(radius).zip(&wobble, |g, w| g * share + 0.05 * w).unwrap();
        latent.zip(&estimate, |x, e| (a * x - e) / b).unwrap()
    };
    let pred_text = answer(share, 300 + call as u64);
    let pred_uncond = answer(0.8 * share, 400 + call as u64);
    let pred = pred_uncond.zip(&pred_text, |u, t| u + guidance * (t - u)).unwrap();
    let x0 = latent.zip(&pred, |x, p| a * x - b * p).unwrap();
    let epsilon = latent.zip(&pred, |x, p| b * x + a * p).unwrap();
    let next = x0.zip(&epsilon, |x, e| an * x + bn * e).unwrap();
    Step {
        call,
        step: call,
        calls: schedule.timesteps.len(),
        steps: schedule.timesteps.len(),
        timestep: schedule.timesteps[call],
        sigma,
        sigma_next,
        input: latent.clone(),
        latent,
        pred_uncond: Some(pred_uncond),
        pred_text,
        pred,
        x0,
        next,
        extra_noise: None,
        formula,
        attention: Some(attention(call)),
        x0_image: None,
        seconds: 0.05,
        peak_mb: Some(120.0),
        probes: vec![],
    }
}

/// The start mark takes most; "cat" takes more inside the disc.
fn attention(call: usize) -> Attention {
    let rows = WORDS.len() + 3;
    let weight = |row: usize, cell: usize| {
        let (y, x) = (cell / EDGE, cell % EDGE);
        let inside = (x as f32 - 7.5).hypot(y as f32 - 7.5) < 5.0;
        let base = 0.2 + 0.1 * uniform(500 + call as u64, row * EDGE * EDGE + cell);
        base + if row == 0 {
            2.0
        } else if row == 3 && inside {
            1.5
        } else {
            0.0
        }
    };
    Attention {
        rows: Grid::from_fn(&[rows, EDGE, EDGE], |i| {
            let cell = i % (EDGE * EDGE);
            weight(i / (EDGE * EDGE), cell) / (0..rows).map(|r| weight(r, cell)).sum::<f32>()
        }),
    }
}

fn decode(latent: &Grid) -> Decode {
    let level = |name: &str, channels: usize, edge: usize, seed: u64| {
        let small = edge.min(64);
        Level {
            name: name.into(),
            shape: [channels, edge, edge],
            statistics: Statistics::of(&normal(&[channels, edge, edge], seed)),
            planes: normal(&[5.min(channels + 1), small, small], seed),
            channels: (0..4.min(channels)).collect(),
        }
    };
    Decode {
        input: latent.map(|x| x / 0.8),
        levels: vec![
            level("post_quant_conv", 4, 16, 601),
            level("conv_in", 64, 16, 602),
            level("mid", 64, 16, 603),
            level("up.0", 64, 32, 604),
            level("up.1", 32, 64, 605),
            level("up.2", 32, 64, 606),
            level("conv_out", 3, 64, 607),
        ],
        whole: vec![],
        tiles: 1,
        seconds: 0.04,
    }
}

/// A red disc on blue.
fn image(radius: f32) -> Image {
    let edge = EDGE * 4;
    Image {
        image: Grid::from_fn(&[1, 3, edge, edge], |i| {
            let (c, y, x) = (i / edge / edge, i / edge % edge, i % edge);
            let inside = (x as f32 - 31.5).hypot(y as f32 - 31.5) < 4.0 * radius;
            let colour: [f32; 3] = if inside { [0.72, -0.66, -0.7] } else { [-0.7, -0.35, 0.61] };
            colour[c] + 0.04 * (uniform(700, i) - 0.5)
        }),
    }
}

#[test]
fn the_walk_made_by_hand_hangs_together() {
    let walk = walk();
    assert_eq!(walk.frames.len(), CALLS + 6);
    assert_eq!(walk_of(5).frames.len(), 5);
    let steps: Vec<&Step> = walk.frames.iter().filter_map(Frame::as_step).collect();
    for pair in steps.windows(2) {
        assert_eq!(pair[0].next, pair[1].latent);
        assert!(pair[0].sigma > pair[1].sigma);
    }
    let rows = &steps[3].attention.as_ref().unwrap().rows;
    for cell in 0..EDGE * EDGE {
        let sum: f32 = (0..rows.planes()).map(|r| rows.plane(r)[cell]).sum();
        assert!((sum - 1.0).abs() < 1e-5);
    }
}
