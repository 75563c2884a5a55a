//! What a recipe's numbers may be: whatever passes can be trained, however badly.

use super::{Painting, Predicting, Rate, Recipe, Shows};
use crate::drawings::World;
use crate::walk::Problem;

/// More samples than anyone waits for.
const MOST_SAMPLES: usize = 1 << 30;
const MOST_PICTURES: usize = 1 << 20;
const MOST_BATCH: usize = 1024;
const MOST_CHANNELS: usize = 2048;

/// Goes through a recipe and stops at the first number that cannot be.
struct Check<'a> {
    file: &'a str,
}

impl Recipe {
    /// Whether every number is one that can be.
    pub(super) fn check(&self, file: &str) -> Result<(), Problem> {
        let check = Check { file };
        let world = World::get()?;
        let networks = &self.networks;
        let (vae, unet, text) = (&networks.vae, &networks.unet, &networks.text);
        check.that("networks.vae.levels", vae.levels.len() == 3, "three levels")?;
        check.that(
            "networks.unet.levels",
            (2..=4).contains(&unet.levels.len()),
            "2 to 4 levels",
        )?;
        for (key, levels, by) in [
            ("networks.vae.levels", &vae.levels, vae.groups),
            ("networks.unet.levels", &unet.levels, unet.groups),
            ("networks.unet.levels", &unet.levels, unet.heads),
            ("networks.text.width", &vec![text.width], text.heads),
        ] {
            let fits = |&n: &usize| (1..=MOST_CHANNELS).contains(&n) && by > 0 && n % by == 0;
            let needed = format!("1 to {MOST_CHANNELS}, divisible by {by}");
            check.that(key, levels.iter().all(fits), &needed)?;
        }
        check.count("networks.text.layers", text.layers, 32)?;
        check.painting("vae", &self.vae, world)?;
        check.painting("polish", &self.polish, world)?;
        check.predicting(&self.pocket, world)
    }
}

impl Check<'_> {
    fn that(&self, key: &str, fits: bool, needed: &str) -> Result<(), Problem> {
        if fits {
            return Ok(());
        }
        let problem = Problem::new("recipe-value").with("file", self.file);
        Err(problem.with("key", key).with("needed", needed))
    }

    fn count(&self, key: &str, value: usize, most: usize) -> Result<(), Problem> {
        self.that(key, (1..=most).contains(&value), &format!("1 to {most}"))
    }

    fn share(&self, key: &str, value: f64) -> Result<(), Problem> {
        self.that(key, (0.0..=1.0).contains(&value), "0 to 1")
    }

    fn rate(&self, name: &str, rate: &Rate) -> Result<(), Problem> {
        let fits = rate.peak.is_finite() && rate.peak >= 0.0;
        self.that(&format!("{name}.rate.peak"), fits, "a number of at least 0")?;
        self.share(&format!("{name}.rate.part"), rate.part)?;
        self.share(&format!("{name}.rate.least"), rate.least)
    }

    fn shows(&self, name: &str, shows: &Shows, world: &World) -> Result<(), Problem> {
        self.count(&format!("{name}.shows.pictures"), shows.pictures, MOST_PICTURES)?;
        self.count(&format!("{name}.shows.things"), shows.things, world.things.len())?;
        self.count(&format!("{name}.shows.drawings"), shows.drawings, world.drawings)?;
        let known = !shows.sizes.is_empty() && shows.sizes.len() <= 2 && shows.numbers().is_some();
        self.that(&format!("{name}.shows.sizes"), known, "small, big, or both")
    }

    fn painting(&self, name: &str, painting: &Painting, world: &World) -> Result<(), Problem> {
        let at = |key: &str| format!("{name}.{key}");
        self.count(&at("samples"), painting.samples, MOST_SAMPLES)?;
        self.count(&at("batch"), painting.batch, MOST_BATCH)?;
        self.count(&at("cut.batch"), painting.cut.batch, MOST_BATCH)?;
        self.share(&at("cut.part"), painting.cut.part)?;
        let edge = painting.cut.edge;
        let fits = (8..=64).contains(&edge) && edge.is_multiple_of(4);
        self.that(&at("cut.edge"), fits, "8 to 64, a multiple of 4")?;
        self.share(&at("average"), painting.average)?;
        self.share(&at("decay"), painting.decay)?;
        self.share(&at("pull"), painting.pull)?;
        self.share(&at("noise"), painting.noise)?;
        self.rate(name, &painting.rate)?;
        self.shows(name, &painting.shows, world)
    }

    fn predicting(&self, pocket: &Predicting, world: &World) -> Result<(), Problem> {
        self.count("pocket.batch", pocket.batch, MOST_BATCH)?;
        self.share("pocket.average", pocket.average)?;
        self.share("pocket.decay", pocket.decay)?;
        self.share("pocket.empty", pocket.empty)?;
        self.rate("pocket", &pocket.rate)?;
        self.count("pocket.stages", pocket.stages.len(), 16)?;
        for part in &pocket.stages {
            self.count("pocket.stages.samples", part.samples, MOST_SAMPLES)?;
            self.shows("pocket.stages", &part.shows, world)?;
        }
        Ok(())
    }
}
