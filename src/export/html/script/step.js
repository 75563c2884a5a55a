/* A step's numbers: what the recording holds, and what follows from it by the sampler's own
   factors. */

const STEPS = DATA.steps;
/* Full colour of signed latents in the common scale, and of the norm over four channels. */
const SIGNED = 3, NORM = 4;

/* All grids of a kept step, computed at its first use. */
function gridsOf(frame) {
  if (frame.grids) return frame.grids;
  const raw = gridOf(frame.latent), text = gridOf(frame.text), uncond = gridOf(frame.uncond);
  const mixed = uncond ? joined(uncond, text, (u, v) => u + frame.guidance * (v - u)) : text;
  const pred = frame.rescaling ? mapped(mixed, (x) => x * frame.rescaling) : mixed;
  const [a, b] = frame.epsilon, [c, d] = frame.x0;
  const epsilon = (answer) => answer && joined(raw, answer, (x, p) => a * x + b * p);
  frame.grids = {
    latent: mapped(raw, (x) => x * frame.common),
    guided: epsilon(pred),
    x0: joined(raw, pred, (x, p) => c * x + d * p),
    without: epsilon(uncond),
    with: epsilon(text),
    difference: uncond && joined(text, uncond, (v, u) => b * (v - u)),
  };
  return frame.grids;
}

/* What each cell took from a row: `{w, h, at(x, y), high}`; nothing where it was not kept. */
function sharesOf(frame, row) {
  if (!frame.shares || !STEPS.attention) return null;
  frame.bytes ??= bytesOf(frame.shares);
  const { rows, w, h, limits } = STEPS.attention;
  const line = Math.min(row, rows - 1);
  const high = Math.min(1, Math.max(0.01, Math.ceil(limits[line] * 100) / 100));
  return { w, h, high, at: (x, y) => (frame.bytes[(line * h + y) * w + x] / 255) * limits[line] };
}

/* How dark a cell is laid: the more it took, the brighter it stays. */
const shade = (shares, x, y) => [0, 0, 0, Math.round(215 * (1 - Math.min(1, shares.at(x, y) / shares.high)))];

/* By how much the difference is drawn stronger, so that its largest number just fits. */
function factorFor(largest, limit) {
  if (!(largest > 0)) return 1;
  const factor = limit / largest;
  return Math.min(999, Math.max(0.1, factor >= 3 ? Math.floor(factor) : Math.floor(factor * 10) / 10));
}

/* The curve's point of a call. */
const pointOf = (frame) => STEPS.curve.find((point) => point.call === frame.call) ?? {};

/* "step 7 of 20", and the call where they differ. */
function placeOf(frame) {
  const step = t("page.step-of", { step: frame.step + 1, steps: STEPS.steps });
  if (STEPS.calls === STEPS.steps) return step;
  return `${step}, ${t("step.call", { call: frame.call + 1, calls: STEPS.calls })}`;
}

/* Paints a latent that is a picture in noise: the preview, or one channel. */
function paintLatent(shown, grid) {
  if (chosen.channel < 0 && canPreview(grid)) {
    shown.paint(grid.w, grid.h, (x, y) => preview(grid, x, y));
    return t("step.preview", { r2: fixed(DATA.card.preview.r2, 2) });
  }
  const channel = Math.min(Math.max(0, chosen.channel), grid.planes - 1);
  shown.paint(grid.w, grid.h, (x, y) => signed(at(grid, channel, x, y), SIGNED));
  return t("step.channel", { channel: channel + 1, limit: short(SIGNED) });
}

/* Paints noise, which is never previewed: the norm of four, or one channel. `own` gives it limits
   of its own, with the factor printed. */
function paintNoise(shown, grid, own) {
  const single = chosen.channel >= 0;
  const channel = Math.min(Math.max(0, chosen.channel), grid.planes - 1);
  const value = single ? (x, y) => at(grid, channel, x, y) : (x, y) => lengthAt(grid, x, y);
  let largest = 0;
  for (let y = 0; y < grid.h; y++) for (let x = 0; x < grid.w; x++) largest = Math.max(largest, Math.abs(value(x, y)));
  const limit = single ? SIGNED : NORM;
  const factor = own ? factorFor(largest, limit) : 1;
  shown.paint(grid.w, grid.h, (x, y) => (single ? signed : unsigned)(value(x, y), limit / factor));
  const facts = { channel: channel + 1, limit: short(limit / factor), high: short(limit / factor), factor: fixed(factor, factor >= 3 ? 0 : 1) };
  return t(`step.${single ? "channel" : "norm"}${own ? "-factor" : ""}`, facts);
}
