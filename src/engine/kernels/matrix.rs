//! Products of matrices that lie in memory with any stride, through the `gemm` crate.

use gemm::Parallelism;

/// A matrix inside a slice.
#[derive(Clone, Copy)]
pub(in crate::engine) struct Matrix<'a> {
    data: &'a [f32],
    rows: usize,
    columns: usize,
    row_stride: usize,
    column_stride: usize,
}

impl<'a> Matrix<'a> {
    /// Rows one behind the other, `stride` apart.
    pub(in crate::engine) const fn rows(
        data: &'a [f32],
        rows: usize,
        columns: usize,
        stride: usize,
    ) -> Self {
        Self { data, rows, columns, row_stride: stride, column_stride: 1 }
    }

    /// The same numbers with rows and columns exchanged: nothing moves.
    pub(in crate::engine) const fn transposed(self) -> Self {
        Self {
            data: self.data,
            rows: self.columns,
            columns: self.rows,
            row_stride: self.column_stride,
            column_stride: self.row_stride,
        }
    }

    const fn fits(&self) -> bool {
        fits(self.data.len(), (self.rows, self.columns), (self.row_stride, self.column_stride))
    }
}

const fn fits(length: usize, size: (usize, usize), strides: (usize, usize)) -> bool {
    size.0 > 0 && size.1 > 0 && (size.0 - 1) * strides.0 + (size.1 - 1) * strides.1 < length
}

/// How a product is written.
#[derive(Clone, Copy)]
pub(in crate::engine) struct Into {
    /// Distance of two rows of the result.
    pub(in crate::engine) row_stride: usize,
    /// Distance of two numbers in a row of the result.
    pub(in crate::engine) column_stride: usize,
    /// Whether the product is added to what is there already.
    pub(in crate::engine) add: bool,
    /// The product's factor.
    pub(in crate::engine) scale: f32,
    /// Whether several threads may work on it.
    pub(in crate::engine) threads: bool,
}

/// `out = a · b · scale`, or added to `out`. Shapes that do not fit are a fault of the caller.
pub(in crate::engine) fn multiply(out: &mut [f32], into: Into, a: Matrix<'_>, b: Matrix<'_>) {
    let strides = (into.row_stride, into.column_stride);
    assert!(a.columns == b.rows, "inner sizes of a product differ");
    assert!(a.fits() && b.fits(), "a factor reaches past its slice");
    assert!(fits(out.len(), (a.rows, b.columns), strides), "a product reaches past its slice");
    let threads = into.threads && super::worth_threads(a.rows * a.columns * b.columns);
    let parallelism = if threads { Parallelism::Rayon(0) } else { Parallelism::None };
    #[expect(unsafe_code, reason = "gemm takes pointers")]
    // SAFETY: all three matrices lie inside their slices, as checked above; `out` is borrowed
    // alone.
    unsafe {
        gemm::gemm(
            a.rows,
            b.columns,
            a.columns,
            out.as_mut_ptr(),
            into.column_stride as isize,
            into.row_stride as isize,
            into.add,
            a.data.as_ptr(),
            a.column_stride as isize,
            a.row_stride as isize,
            b.data.as_ptr(),
            b.column_stride as isize,
            b.row_stride as isize,
            1.0f32,
            into.scale,
            false,
            false,
            false,
            parallelism,
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_product_with_a_transposed_factor_and_a_scale() {
        let (a, b) = ([1.0, 2.0, 3.0, 4.0], [5.0, 6.0, 7.0, 8.0]);
        let mut out = [1.0; 4];
        let into = Into { row_stride: 2, column_stride: 1, add: true, scale: 2.0, threads: false };
        let left = Matrix::rows(&a, 2, 2, 2);
        multiply(&mut out, into, left, Matrix::rows(&b, 2, 2, 2).transposed());
        assert_eq!(out, [35.0, 47.0, 79.0, 107.0]);
    }
}
