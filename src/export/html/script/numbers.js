/* Packed numbers back to arrays, and the few statistics that the page computes itself. */

function bytesOf(text) {
  const raw = atob(text);
  return Uint8Array.from(raw, (sign) => sign.charCodeAt(0));
}

/* A 16-bit float by its bits. */
function half(bits) {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction ? NaN : sign * Infinity;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

function numbersOf(text) {
  const bytes = bytesOf(text);
  return Float32Array.from({ length: bytes.length >> 1 }, (_, i) => half(bytes[2 * i] | (bytes[2 * i + 1] << 8)));
}

/* A packed grid, unpacked at its first use. */
function gridOf(packed) {
  if (!packed) return null;
  packed.numbers ??= numbersOf(packed.data);
  return { w: packed.w, h: packed.h, planes: packed.planes, data: packed.numbers };
}

const mapped = (grid, f) => ({ ...grid, data: grid.data.map(f) });
const joined = (a, b, f) => ({ ...a, data: a.data.map((x, i) => f(x, b.data[i])) });
const at = (grid, plane, x, y) => grid.data[(plane * grid.h + y) * grid.w + x];

/* The length of the numbers of all planes at a cell. */
function lengthAt(grid, x, y) {
  let sum = 0;
  for (let plane = 0; plane < grid.planes; plane++) sum += at(grid, plane, x, y) ** 2;
  return Math.sqrt(sum);
}

function statistics(data) {
  let sum = 0, square = 0, min = Infinity, max = -Infinity, count = 0;
  for (const x of data) {
    if (!Number.isFinite(x)) continue;
    sum += x;
    square += x * x;
    min = Math.min(min, x);
    max = Math.max(max, x);
    count++;
  }
  const mean = count ? sum / count : 0;
  const std = count ? Math.sqrt(Math.max(0, square / count - mean * mean)) : 0;
  return { mean, std, min: count ? min : 0, max: count ? max : 0, norm: Math.sqrt(square) };
}

function cosine(a, b) {
  let dot = 0, left = 0, right = 0;
  for (let i = 0; i < a.length; i++) {
    dot += a[i] * b[i];
    left += a[i] * a[i];
    right += b[i] * b[i];
  }
  return left * right > 0 ? dot / Math.sqrt(left * right) : 0;
}
