//! Curves as plain data, without axes: what stands between the ticks that a screen writes itself,
//! so that a terminal that shows pixels can draw them finer than its cells.

/// Curves over one pair of axes.
#[derive(Clone, Debug, PartialEq)]
pub struct Curves {
    /// Colour of what lies behind.
    pub ground: [u8; 3],
    /// First and last value from left to right; the first cell's middle is the first value.
    pub x: [f32; 2],
    /// First and last value from bottom to top.
    pub y: [f32; 2],
    /// The curves, later ones over earlier ones.
    pub curves: Vec<Curve>,
    /// Where a line stands from top to bottom, and its colour.
    pub cursor: Option<(f32, [u8; 3])>,
}

/// One curve.
#[derive(Clone, Debug, PartialEq)]
pub struct Curve {
    /// Its points, from left to right.
    pub points: Vec<(f32, f32)>,
    /// Its colour.
    pub colour: [u8; 3],
    /// How its points are drawn.
    pub mark: Mark,
}

/// How the points of a curve are drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// Joined by a line.
    Joined,
    /// A small dot at each.
    Dot,
    /// A large dot at each.
    LargeDot,
}

impl Curves {
    /// Where a point stands, as shares of the way from left to right and from bottom to top, both
    /// in 0..1; `None` where it is no number.
    pub fn place(&self, (x, y): (f32, f32)) -> Option<(f32, f32)> {
        let share = |value: f32, [low, high]: [f32; 2]| {
            if high == low { 0.0 } else { ((value - low) / (high - low)).clamp(0.0, 1.0) }
        };
        (x.is_finite() && y.is_finite()).then(|| (share(x, self.x), share(y, self.y)))
    }
}
