//! The layers that the three networks are made of: read from weights by name and shape, computed
//! by our kernels on the processor in f32 and by candle's operations everywhere else. Where an
//! input or a weight is a variable of a training (or computed from one), the result keeps its
//! gradient: the kernels' derivatives are in `gradient.rs`.

use candle_core::{D, DType, Result, Tensor};
use candle_nn::ops;

use super::attention_anywhere;
use super::conv_anywhere;
use super::gradient::activation::{Activation, Geglu, Kind};
use super::gradient::attention::Attention;
use super::gradient::conv::Convolution;
use super::gradient::joined::Joined;
use super::gradient::{apply1, apply2, apply3, linear, norm as gradient_norm};
use super::kernels::attention::Keep;
use super::kernels::exchange::exchange;
use super::kernels::linear::{Layer, Then};
use super::kernels::norm::Affine;
use super::kernels::{activation, attention, conv, linear as by_rows, norm, with_slices};
use super::stored::Stored;
use super::weights::{Weights, learning, plain};
use crate::walk::Problem;

/// A convolution with bias.
#[derive(Debug)]
pub(super) struct Conv {
    weight: Stored,
    bias: Tensor,
    channels: (usize, usize),
    kernel: usize,
    stride: usize,
    padding: (usize, usize),
}

impl Conv {
    /// Reads `weight` `[out,in,k,k]` and `bias`; the padding keeps the size.
    pub(super) fn load(
        weights: &Weights,
        (input, output): (usize, usize),
        kernel: usize,
    ) -> std::result::Result<Self, Problem> {
        Ok(Self {
            weight: weights.stored("weight", &[output, input, kernel, kernel])?,
            bias: weights.get("bias", &[output])?,
            channels: (input, output),
            kernel,
            stride: 1,
            padding: (kernel / 2, kernel / 2),
        })
    }

    /// Halves the size, with so many zeros before and after.
    pub(super) fn halving(self, padding: (usize, usize)) -> Self {
        Self { stride: 2, padding, ..self }
    }

    /// `[B,in,h,w]` to `[B,out,h',w']`.
    pub(super) fn forward(&self, x: &Tensor) -> Result<Tensor> {
        self.run(x, None, None, None)
    }

    /// The same with one more number `[B,out]` added to each channel.
    pub(super) fn forward_shifted(&self, x: &Tensor, shift: &Tensor) -> Result<Tensor> {
        self.run(x, None, Some(shift), None)
    }

    /// The same with another tensor of the result's shape added.
    pub(super) fn forward_beside(&self, x: &Tensor, residual: &Tensor) -> Result<Tensor> {
        self.run(x, None, None, Some(residual))
    }

    /// The same on the input enlarged to `size` first, each cell repeated.
    pub(super) fn forward_enlarged(&self, x: &Tensor, size: (usize, usize)) -> Result<Tensor> {
        self.run(x, Some(size), None, None)
    }

    fn run(
        &self,
        x: &Tensor,
        enlarged: Option<(usize, usize)>,
        shift: Option<&Tensor>,
        residual: Option<&Tensor>,
    ) -> Result<Tensor> {
        let (batch, _, h, w) = x.dims4()?;
        let bias = match shift {
            Some(shift) => shift.broadcast_add(&self.bias)?,
            None => self.bias.clone(),
        };
        if !plain(x) {
            return self.run_anywhere(x, enlarged, &bias, residual);
        }
        let shape = conv::Shape {
            batch,
            channels: self.channels,
            input: (h, w),
            enlarged: enlarged.unwrap_or((h, w)),
            kernel: self.kernel,
            stride: self.stride,
            padding: self.padding,
        };
        let beside = residual.unwrap_or(x);
        if learning(&[x, &bias, beside]) || self.weight.learns() {
            let y = apply3(Convolution(shape), [x, &self.weight.tensor()?, &bias])?;
            return residual.map_or(Ok(y.clone()), |residual| add(&y, residual));
        }
        let numbers = with_slices([x, &bias, beside], |[x, bias, beside]| {
            let residual = residual.is_some().then_some(beside);
            let added = conv::Added { bias, residual };
            self.weight.with(|weight| conv::convolve(&shape, x, weight, added))
        })??;
        let (oh, ow) = shape.output();
        Tensor::from_vec(numbers, (batch, self.channels.1, oh, ow), x.device())
    }

    fn run_anywhere(
        &self,
        x: &Tensor,
        enlarged: Option<(usize, usize)>,
        bias: &Tensor,
        residual: Option<&Tensor>,
    ) -> Result<Tensor> {
        let x = match enlarged {
            // A copy of its own: this operation's gradient overwrites that of other users.
            Some((h, w)) if learning(&[x]) => (x * 1.0)?.upsample_nearest2d(h, w)?,
            Some((h, w)) => x.upsample_nearest2d(h, w)?,
            None => x.clone(),
        };
        let Self { kernel, stride, padding, .. } = *self;
        let way = conv_anywhere::Way { kernel, stride, padding };
        let y = conv_anywhere::convolve(&x, &self.weight.tensor()?, way)?;
        let bias = bias.reshape(((), self.channels.1, 1, 1))?;
        let y = y.broadcast_add(&bias)?;
        match residual {
            Some(residual) => y + residual,
            None => Ok(y),
        }
    }
}

/// A linear layer, with or without bias. Weights may be stored as a matrix or as a 1 × 1
/// convolution.
#[derive(Debug)]
pub(super) struct Linear {
    weight: Stored,
    bias: Option<Tensor>,
    widths: (usize, usize),
}

impl Linear {
    /// Reads `weight` `[out,in]` (or `[out,in,1,1]`) and, if asked, `bias`.
    pub(super) fn load(
        weights: &Weights,
        (input, output): (usize, usize),
        bias: bool,
    ) -> std::result::Result<Self, Problem> {
        let stored = weights.shape("weight").map_or(2, <[usize]>::len);
        let shape = if stored == 4 { vec![output, input, 1, 1] } else { vec![output, input] };
        let weight = weights.stored("weight", &shape)?.reshape(vec![output, input])?;
        let bias = if bias { Some(weights.get("bias", &[output])?) } else { None };
        Ok(Self { weight, bias, widths: (input, output) })
    }

    /// `[..,in]` to `[..,out]`.
    pub(super) fn forward(&self, x: &Tensor) -> Result<Tensor> {
        let mut dims = x.dims().to_vec();
        let rows: usize = dims.iter().rev().skip(1).product();
        if let Some(last) = dims.last_mut() {
            *last = self.widths.1;
        }
        if plain(x) && self.learning(x) {
            let operation = || linear::Linear { widths: self.widths, dims: dims.clone() };
            return match &self.bias {
                Some(bias) => apply3(operation(), [x, &self.weight.tensor()?, bias]),
                None => apply2(operation(), [x, &self.weight.tensor()?]),
            };
        }
        if plain(x) {
            let numbers = self.computed(x, None)?;
            return Tensor::from_vec(numbers, dims, x.device());
        }
        let flat = x.contiguous()?.reshape((rows, self.widths.0))?;
        let y = flat.matmul(&self.weight.tensor()?.t()?)?;
        let y = match &self.bias {
            Some(bias) => y.broadcast_add(bias)?,
            None => y,
        };
        y.reshape(dims)
    }

    /// The same with a tensor of the result's shape added.
    pub(super) fn forward_beside(&self, x: &Tensor, residual: &Tensor) -> Result<Tensor> {
        if !plain(x) || self.learning(x) || learning(&[residual]) {
            return add(residual, &self.forward(x)?);
        }
        let numbers = self.computed(x, Some(residual))?;
        Tensor::from_vec(numbers, residual.dims(), x.device())
    }

    /// The first half of the result times the exact GELU of the second.
    pub(super) fn forward_geglu(&self, x: &Tensor) -> Result<Tensor> {
        let mut dims = x.dims().to_vec();
        if !plain(x) || self.learning(x) {
            return geglu(&self.forward(x)?);
        }
        if let Some(last) = dims.last_mut() {
            *last = self.widths.1 / 2;
        }
        let numbers = self.by_rows(x, Then::Geglu)?;
        Tensor::from_vec(numbers, dims, x.device())
    }

    /// Rows through the layer by our kernels.
    fn computed(&self, x: &Tensor, residual: Option<&Tensor>) -> Result<Vec<f32>> {
        match residual {
            None => self.by_rows(x, Then::Nothing),
            Some(residual) => {
                with_slices([residual], |[beside]| self.by_rows(x, Then::Add(beside)))?
            }
        }
    }

    fn by_rows(&self, x: &Tensor, then: Then<'_>) -> Result<Vec<f32>> {
        let widths = self.widths;
        self.weight.with(|weight| match &self.bias {
            Some(bias) => with_slices([x, bias], |[x, bias]| {
                by_rows::forward(x, Layer { weight, bias, widths }, then)
            }),
            None => with_slices([x], |[x]| {
                by_rows::forward(x, Layer { weight, bias: &[], widths }, then)
            }),
        })?
    }

    /// A picture `[B,in,h,w]` as tokens `[B,h·w,out]`.
    pub(super) fn tokens(&self, x: &Tensor) -> Result<Tensor> {
        let (batch, _, h, w) = x.dims4()?;
        if plain(x) && self.learning(x) {
            return self
                .forward(&exchanged(&x.flatten_from(2)?, vec![batch, h * w, self.widths.0])?);
        }
        if !plain(x) {
            return self.forward(&x.flatten_from(2)?.transpose(1, 2)?.contiguous()?);
        }
        let rows = with_slices([x], |[x]| exchange(x, (self.widths.0, h * w), None))?;
        self.forward(&Tensor::from_vec(rows, (batch, h * w, self.widths.0), x.device())?)
    }

    /// Tokens `[B,h·w,in]` as a picture, added to `residual` `[B,out,h,w]`.
    pub(super) fn picture(&self, x: &Tensor, residual: &Tensor) -> Result<Tensor> {
        let (batch, output, h, w) = residual.dims4()?;
        let y = self.forward(x)?;
        if plain(&y) && learning(&[&y]) {
            return add(&exchanged(&y, vec![batch, output, h, w])?, residual);
        }
        if plain(&y) {
            let numbers = with_slices([&y, residual], |[y, residual]| {
                exchange(y, (h * w, output), Some(residual))
            })?;
            return Tensor::from_vec(numbers, residual.dims(), residual.device());
        }
        let y = y.transpose(1, 2)?.contiguous()?;
        add(&y.reshape((batch, output, h, w))?, residual)
    }

    fn learning(&self, x: &Tensor) -> bool {
        learning(&[x, self.bias.as_ref().unwrap_or(x)]) || self.weight.learns()
    }
}

/// A norm over groups of channels, with SiLU where it follows.
#[derive(Debug)]
pub(super) struct GroupNorm {
    weight: Tensor,
    bias: Tensor,
    groups: usize,
    epsilon: f64,
}

impl GroupNorm {
    /// Reads `weight` and `bias` of so many channels.
    pub(super) fn load(
        weights: &Weights,
        channels: usize,
        groups: usize,
        epsilon: f64,
    ) -> std::result::Result<Self, Problem> {
        let weight = weights.get("weight", &[channels])?;
        Ok(Self { weight, bias: weights.get("bias", &[channels])?, groups, epsilon })
    }

    /// `[B,C,h,w]` normed.
    pub(super) fn forward(&self, x: &Tensor) -> Result<Tensor> {
        self.run(x, false)
    }

    /// `[B,C,h,w]` normed, then SiLU.
    pub(super) fn forward_silu(&self, x: &Tensor) -> Result<Tensor> {
        self.run(x, true)
    }

    fn run(&self, x: &Tensor, silu: bool) -> Result<Tensor> {
        if plain(x) && learning(&[x, &self.weight, &self.bias]) {
            let Self { groups, epsilon, .. } = *self;
            let norm = gradient_norm::GroupNorm { dims: x.dims4()?.into(), groups, epsilon, silu };
            return apply3(norm, [x, &self.weight, &self.bias]);
        }
        if plain(x) {
            let (_, _, h, w) = x.dims4()?;
            let numbers = with_slices([x, &self.weight, &self.bias], |[x, weight, bias]| {
                let affine = Affine { weight, bias, epsilon: self.epsilon };
                norm::group_norm(x, h * w, self.groups, affine, silu)
            })?;
            return Tensor::from_vec(numbers, x.dims(), x.device());
        }
        let channels = self.weight.dims1()?;
        let norm = candle_nn::GroupNorm::new(
            self.weight.clone(),
            self.bias.clone(),
            channels,
            self.groups,
            self.epsilon,
        )?;
        let y = candle_core::Module::forward(&norm, &x.contiguous()?)?;
        if silu { y.silu() } else { Ok(y) }
    }
}

/// A norm over the numbers of a token.
#[derive(Debug)]
pub(super) struct LayerNorm {
    weight: Tensor,
    bias: Tensor,
    epsilon: f64,
}

impl LayerNorm {
    /// Reads `weight` and `bias`.
    pub(super) fn load(
        weights: &Weights,
        width: usize,
        epsilon: f64,
    ) -> std::result::Result<Self, Problem> {
        let weight = weights.get("weight", &[width])?;
        Ok(Self { weight, bias: weights.get("bias", &[width])?, epsilon })
    }

    /// `[..,width]` normed.
    pub(super) fn forward(&self, x: &Tensor) -> Result<Tensor> {
        let learning = learning(&[x, &self.weight, &self.bias]);
        if plain(x) && learning {
            let (dims, epsilon) = (x.dims().to_vec(), self.epsilon);
            let norm = gradient_norm::LayerNorm { dims, epsilon };
            return apply3(norm, [x, &self.weight, &self.bias]);
        }
        if plain(x) {
            let numbers = with_slices([x, &self.weight, &self.bias], |[x, weight, bias]| {
                norm::layer_norm(x, Affine { weight, bias, epsilon: self.epsilon })
            })?;
            return Tensor::from_vec(numbers, x.dims(), x.device());
        }
        let (x, epsilon) = (x.contiguous()?, self.epsilon as f32);
        if learning || x.dtype() == DType::F64 {
            // candle's fused norm has no gradient and no 64 bits.
            return ops::layer_norm_slow(&x, &self.weight, &self.bias, epsilon);
        }
        ops::layer_norm(&x, &self.weight, &self.bias, epsilon)
    }
}

/// Mixes values by `softmax(q·kᵀ/√d)`: `q` `[B,N,C]`, `k` and `v` `[B,T,C]` to `[B,N,C]`. The
/// probabilities that are to be kept come along: `[B,heads,N,T]`, or their mean `[B,N,T]`.
pub(super) fn attend(
    [q, k, v]: [&Tensor; 3],
    heads: usize,
    causal: bool,
    keep: Keep,
) -> Result<(Tensor, Option<Tensor>)> {
    let (batch, n, width) = q.dims3()?;
    let t = k.dim(1)?;
    let learning = learning(&[q, k, v]);
    if !plain(q) || (learning && keep != Keep::Nothing) {
        let asked = keep != Keep::Nothing;
        let (mixed, whole) = attention_anywhere::attend([q, k, v], heads, causal, asked)?;
        let mean = |whole: Tensor| if keep == Keep::Mean { whole.mean(1) } else { Ok(whole) };
        return Ok((mixed, whole.map(mean).transpose()?));
    }
    let shape = attention::Shape { batch, lengths: (n, t), heads, width, causal };
    if learning {
        return Ok((apply3(Attention::new(shape), [q, k, v])?, None));
    }
    let found = with_slices([q, k, v], |slices| attention::attend(&shape, slices, keep))?;
    let mixed = Tensor::from_vec(found.mixed, (batch, n, width), q.device())?;
    let kept = match keep {
        Keep::Nothing => return Ok((mixed, None)),
        Keep::Mean => Tensor::from_vec(found.probabilities, (batch, n, t), q.device())?,
        Keep::Heads => Tensor::from_vec(found.probabilities, (batch, heads, n, t), q.device())?,
    };
    Ok((mixed, Some(kept)))
}

/// The first half of each token times the exact GELU of the second.
pub(super) fn geglu(x: &Tensor) -> Result<Tensor> {
    let width = x.dim(D::Minus1)? / 2;
    if plain(x) {
        let mut dims = x.dims().to_vec();
        if let Some(last) = dims.last_mut() {
            *last = width;
        }
        if learning(&[x]) {
            return apply1(Geglu { dims }, x);
        }
        let numbers = with_slices([x], |[x]| activation::geglu(x, width))?;
        return Tensor::from_vec(numbers, dims, x.device());
    }
    let (values, gates) = (x.narrow(D::Minus1, 0, width)?, x.narrow(D::Minus1, width, width)?);
    values.contiguous()? * gates.contiguous()?.gelu_erf()?
}

/// `x · sigmoid(x)`.
pub(super) fn silu(x: &Tensor) -> Result<Tensor> {
    activated(x, Kind::Silu, activation::silu, Tensor::silu)
}

/// `x · Φ(x)`, exact.
pub(super) fn gelu(x: &Tensor) -> Result<Tensor> {
    activated(x, Kind::Gelu, activation::gelu, Tensor::gelu_erf)
}

/// `x · sigmoid(1.702 x)`.
pub(super) fn quick_gelu(x: &Tensor) -> Result<Tensor> {
    let anywhere = |x: &Tensor| x * ops::sigmoid(&(x * 1.702)?)?;
    activated(x, Kind::QuickGelu, activation::quick_gelu, anywhere)
}

fn activated(
    x: &Tensor,
    kind: Kind,
    kernel: impl FnOnce(&mut [f32]),
    anywhere: impl FnOnce(&Tensor) -> Result<Tensor>,
) -> Result<Tensor> {
    if !plain(x) {
        return anywhere(x);
    }
    if learning(&[x]) {
        return apply1(Activation { kind, dims: x.dims().to_vec() }, x);
    }
    let numbers = with_slices([x], |[x]| {
        let mut numbers = x.to_vec();
        kernel(&mut numbers);
        numbers
    })?;
    Tensor::from_vec(numbers, x.dims(), x.device())
}

/// The sum of two tensors of one shape.
pub(super) fn add(a: &Tensor, b: &Tensor) -> Result<Tensor> {
    if !plain(a) || a.dims() != b.dims() || learning(&[a, b]) {
        return a + b;
    }
    let numbers = with_slices([a, b], |[a, b]| activation::sum(a, b))?;
    Tensor::from_vec(numbers, a.dims(), a.device())
}

/// Channels of two pictures of one size, one after the other: `[B,C₁+C₂,h,w]`.
pub(super) fn join(a: &Tensor, b: &Tensor) -> Result<Tensor> {
    if !plain(a) || !learning(&[a, b]) {
        return Tensor::cat(&[a, b], 1);
    }
    let (batch, first, h, w) = a.dims4()?;
    let joined = Joined { channels: [first, b.dim(1)?], sizes: [batch, h, w] };
    apply2(joined, [a, b])
}

/// The last two of three dimensions exchanged, as a tensor of the shape `dims`.
fn exchanged(x: &Tensor, dims: Vec<usize>) -> Result<Tensor> {
    apply1(linear::Exchange { from: x.dims3()?.into(), dims }, x)
}
