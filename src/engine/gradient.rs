//! Operations that can be learned through, on the processor in f32: our kernels forward, and
//! backward what each result's gradient says of the inputs.
//!
//! candle has derivatives of its own for most of what the networks do, but its convolution goes
//! back by a plain loop, and its fused norms and softmax give no gradient at all. Each operation
//! here is arithmetic on slices; [`Taught`] makes it one of candle's. Tests hold every derivative
//! against finite differences.

pub(super) mod activation;
pub(super) mod attention;
pub(super) mod conv;
#[cfg(test)]
pub(super) mod differences;
pub(super) mod joined;
pub(super) mod linear;
pub(super) mod norm;

use candle_core::{CpuStorage, CustomOp1, CustomOp2, CustomOp3, Layout, Result, Shape, Tensor};

use super::kernels::with_slices;

/// An operation on the numbers of `N` tensors, with its derivative.
pub(super) trait Operation<const N: usize>: Send + Sync + 'static {
    /// What candle's messages call it.
    const NAME: &'static str;

    /// The result's shape.
    fn dims(&self) -> Vec<usize>;

    /// The result's numbers.
    fn forward(&self, inputs: [&[f32]; N]) -> Vec<f32>;

    /// The gradient of each input that is wanted, from the gradient of the result.
    fn backward(
        &self,
        inputs: [&[f32]; N],
        gradient: &[f32],
        wanted: [bool; N],
    ) -> [Option<Vec<f32>>; N];
}

/// An operation as candle takes it.
struct Taught<O>(O);

/// Applies an operation to one tensor.
pub(super) fn apply1(operation: impl Operation<1>, a: &Tensor) -> Result<Tensor> {
    a.contiguous()?.apply_op1(Taught(operation))
}

/// Applies an operation to two tensors.
pub(super) fn apply2(operation: impl Operation<2>, [a, b]: [&Tensor; 2]) -> Result<Tensor> {
    a.contiguous()?.apply_op2(&b.contiguous()?, Taught(operation))
}

/// Applies an operation to three tensors.
pub(super) fn apply3(operation: impl Operation<3>, [a, b, c]: [&Tensor; 3]) -> Result<Tensor> {
    a.contiguous()?.apply_op3(&b.contiguous()?, &c.contiguous()?, Taught(operation))
}

fn result<O: Operation<N>, const N: usize>(
    operation: &O,
    inputs: [(&CpuStorage, &Layout); N],
) -> Result<(CpuStorage, Shape)> {
    let mut slices: [&[f32]; N] = [&[]; N];
    for (slice, (storage, layout)) in slices.iter_mut().zip(inputs) {
        let Some((from, to)) = layout.contiguous_offsets() else {
            candle_core::bail!("{}: numbers that do not lie in a row", O::NAME);
        };
        *slice = &storage.as_slice::<f32>()?[from..to];
    }
    Ok((CpuStorage::F32(operation.forward(slices)), operation.dims().into()))
}

fn gradients<O: Operation<N>, const N: usize>(
    operation: &O,
    inputs: [&Tensor; N],
    gradient: &Tensor,
) -> Result<[Option<Tensor>; N]> {
    // candle expects an answer for exactly those inputs that lead to a variable.
    let wanted = inputs.map(Tensor::track_op);
    let found = with_slices(inputs, |slices| {
        with_slices([gradient], |[gradient]| operation.backward(slices, gradient, wanted))
    })??;
    let mut tensors = [const { None }; N];
    for ((tensor, numbers), input) in tensors.iter_mut().zip(found).zip(inputs) {
        let made = numbers.map(|numbers| Tensor::from_vec(numbers, input.dims(), input.device()));
        *tensor = made.transpose()?;
    }
    Ok(tensors)
}

impl<O: Operation<1>> CustomOp1 for Taught<O> {
    fn name(&self) -> &'static str {
        O::NAME
    }

    fn cpu_fwd(&self, s: &CpuStorage, l: &Layout) -> Result<(CpuStorage, Shape)> {
        result(&self.0, [(s, l)])
    }

    fn bwd(&self, a: &Tensor, _: &Tensor, gradient: &Tensor) -> Result<Option<Tensor>> {
        let [a] = gradients(&self.0, [a], gradient)?;
        Ok(a)
    }
}

impl<O: Operation<2>> CustomOp2 for Taught<O> {
    fn name(&self) -> &'static str {
        O::NAME
    }

    fn cpu_fwd(
        &self,
        s1: &CpuStorage,
        l1: &Layout,
        s2: &CpuStorage,
        l2: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        result(&self.0, [(s1, l1), (s2, l2)])
    }

    fn bwd(
        &self,
        a: &Tensor,
        b: &Tensor,
        _: &Tensor,
        gradient: &Tensor,
    ) -> Result<(Option<Tensor>, Option<Tensor>)> {
        let [a, b] = gradients(&self.0, [a, b], gradient)?;
        Ok((a, b))
    }
}

impl<O: Operation<3>> CustomOp3 for Taught<O> {
    fn name(&self) -> &'static str {
        O::NAME
    }

    fn cpu_fwd(
        &self,
        s1: &CpuStorage,
        l1: &Layout,
        s2: &CpuStorage,
        l2: &Layout,
        s3: &CpuStorage,
        l3: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        result(&self.0, [(s1, l1), (s2, l2), (s3, l3)])
    }

    fn bwd(
        &self,
        a: &Tensor,
        b: &Tensor,
        c: &Tensor,
        _: &Tensor,
        gradient: &Tensor,
    ) -> Result<(Option<Tensor>, Option<Tensor>, Option<Tensor>)> {
        let [a, b, c] = gradients(&self.0, [a, b, c], gradient)?;
        Ok((a, b, c))
    }
}
