//! The product that everything large is made of: a few rows times a panel of columns, summed in
//! registers. Winograd's convolution, the linear layers and attention bring their numbers into
//! the order that it reads.

#![expect(
    clippy::inline_always,
    reason = "a loop takes the vectors of the function that it is inlined into"
)]

/// Steps of the inner dimension that are read together.
pub(in crate::engine) const DEEP: usize = 8;

/// Columns of the right factor, one vector group for each inner step: `[depth/8][8][V]`.
pub(in crate::engine) type Panel<const V: usize> = [[f32; V]; DEEP];

/// Rows of the left factor, eight inner steps of each at a time: `[depth/8][R][8]`.
pub(in crate::engine) type Rows<const R: usize> = [[f32; DEEP]; R];

/// Adds the product of `R` rows and `V` columns to `sums`.
#[inline(always)]
pub(in crate::engine) fn add_product<const R: usize, const V: usize, const FUSED: bool>(
    sums: &mut [[f32; V]; R],
    rows: &[Rows<R>],
    panel: &[Panel<V>],
) {
    *sums = summed::<R, V, FUSED>(*sums, rows, panel);
}

/// Puts the product of `R` rows and `V` columns into `sums`, whatever they were.
#[inline(always)]
pub(in crate::engine) fn put_product<const R: usize, const V: usize, const FUSED: bool>(
    sums: &mut [[f32; V]; R],
    rows: &[Rows<R>],
    panel: &[Panel<V>],
) {
    *sums = summed::<R, V, FUSED>([[0.0; V]; R], rows, panel);
}

#[inline(always)]
fn summed<const R: usize, const V: usize, const FUSED: bool>(
    mut held: [[f32; V]; R],
    rows: &[Rows<R>],
    panel: &[Panel<V>],
) -> [[f32; V]; R] {
    for (left, right) in rows.iter().zip(panel) {
        for k in 0..DEEP {
            let columns = &right[k];
            for r in 0..R {
                let factor = left[r][k];
                for v in 0..V {
                    held[r][v] = multiply_add::<FUSED>(factor, columns[v], held[r][v]);
                }
            }
        }
    }
    held
}

/// Asks for the `part`th of `of` parts of numbers that are multiplied next, so that they are in the
/// second cache by then: the third is too far to wait for.
#[inline(always)]
pub(in crate::engine) fn fetch_ahead<const V: usize>(next: &[Panel<V>], part: usize, of: usize) {
    const LINE: usize = 16;
    let range = next.len() * part / of..next.len() * (part + 1) / of;
    let numbers = next.get(range).unwrap_or_default().as_flattened().as_flattened();
    for line in numbers.chunks(LINE) {
        #[cfg(target_arch = "x86_64")]
        {
            use std::arch::x86_64::{_MM_HINT_T1, _mm_prefetch};
            #[expect(unsafe_code, reason = "a request to the cache")]
            // SAFETY: nothing is read or written, whatever the address.
            unsafe {
                _mm_prefetch::<_MM_HINT_T1>(line.as_ptr().cast());
            }
        }
        #[cfg(not(target_arch = "x86_64"))]
        let _ = line;
    }
}

/// `a · b + c`, rounded once where the processor can.
#[inline(always)]
pub(in crate::engine) fn multiply_add<const FUSED: bool>(a: f32, b: f32, c: f32) -> f32 {
    if FUSED { a.mul_add(b, c) } else { a * b + c }
}

/// The vector instructions of this processor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(
    not(target_arch = "x86_64"),
    expect(dead_code, reason = "only processors of this kind are asked for them")
)]
pub(in crate::engine) enum Vectors {
    /// 16 numbers, 32 registers.
    Avx512,
    /// 8 numbers, 16 registers.
    Avx2,
    /// What every processor of this kind has.
    Plain,
}

/// A loop that is compiled once for each kind of vectors; `run` must be inlined always.
pub(in crate::engine) trait Job {
    /// Does it.
    fn run(self);
}

impl Vectors {
    /// Asks the processor.
    pub(in crate::engine) fn here() -> Self {
        #[cfg(target_arch = "x86_64")]
        {
            if is_x86_feature_detected!("avx512f") && is_x86_feature_detected!("avx512dq") {
                return Self::Avx512;
            }
            if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma") {
                return Self::Avx2;
            }
        }
        Self::Plain
    }

    /// Runs a job compiled for these vectors.
    #[inline]
    pub(in crate::engine) fn run(self, job: impl Job) {
        match self {
            #[cfg(target_arch = "x86_64")]
            #[expect(unsafe_code, reason = "the processor was asked")]
            // SAFETY: the features are there.
            Self::Avx512 => unsafe { with_avx512(job) },
            #[cfg(target_arch = "x86_64")]
            #[expect(unsafe_code, reason = "the processor was asked")]
            // SAFETY: the features are there.
            Self::Avx2 => unsafe { with_avx2(job) },
            _ => job.run(),
        }
    }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512dq,avx2,fma")]
fn with_avx512(job: impl Job) {
    job.run();
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma")]
fn with_avx2(job: impl Job) {
    job.run();
}

/// Calls `$inner::<R, V, FUSED>` with as many sums as the registers of `$vectors` hold.
macro_rules! with_registers {
    ($vectors:ident, $inner:ident ( $($argument:expr),* $(,)? )) => {
        match $vectors {
            Vectors::Avx512 => $inner::<12, 32, true>($vectors, $($argument),*),
            Vectors::Avx2 => $inner::<6, 16, true>($vectors, $($argument),*),
            Vectors::Plain if cfg!(target_arch = "aarch64") => $inner::<8, 8, true>($vectors, $($argument),*),
            Vectors::Plain => $inner::<4, 8, false>($vectors, $($argument),*),
        }
    };
}
pub(in crate::engine) use with_registers;

/// Numbers between −0.5 and 0.5 for the kernels' tests.
#[cfg(test)]
pub(in crate::engine) fn numbers(count: usize, seed: u32) -> Vec<f32> {
    let mut state = seed;
    (0..count)
        .map(|_| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 8) as f32 / (1 << 24) as f32 - 0.5
        })
        .collect()
}
