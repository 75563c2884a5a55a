/* The noise: four channels of numbers that a seed has drawn, and the bell curve they follow. */

const BINS = 32, EDGE = 4;

function noiseStage() {
  const data = DATA.noise;
  const grid = gridOf(data.grid);
  const read = (x, y) => change({ cell: [x, y] });
  const channels = Array.from({ length: grid.planes }, (_, n) => picture(t("noise.channel", { n: n + 1 }), { largest: 300, onpoint: read }));
  const look = lens(t("page.lens-cell"), grid.w, grid.h, (x, y) => change({ cell: [x ?? chosen.cell[0], y ?? chosen.cell[1]] }));
  const s = statistics(grid.data);
  const counts = new Array(BINS).fill(0);
  for (const x of grid.data) if (Math.abs(x) <= EDGE) counts[Math.min(BINS - 1, Math.floor((x + EDGE) / (2 * EDGE) * BINS))]++;
  const width = (2 * EDGE) / BINS;
  const bell = (x) => (grid.data.length * width * Math.exp(-x * x / 2)) / Math.sqrt(2 * Math.PI);
  const plot = curve({
    title: `${t("noise.histogram", { count: grouped(grid.data.length) })}, ${t("noise.curve")}`,
    x: { label: t("page.value"), low: -EDGE, high: EDGE }, y: { label: t("page.how-many") },
    points: counts.map((n, i) => [-EDGE + (i + 0.5) * width, n]), bars: true,
    second: Array.from({ length: 81 }, (_, i) => [-EDGE + i / 10, bell(-EDGE + i / 10)]),
  });
  const story = [t("noise.seed", { seed: DATA.settings.seed }), t("noise.generator"), t("noise.numbers", { numbers: data.first.map((x) => fixed(x, 3)).join(", ") })];
  const pixels = grouped(DATA.settings.width * DATA.settings.height * 3);
  const node = el("div", {},
    el("p", { class: "story" }, story.join(" ")),
    el("div", { class: "pictures" }, ...channels.map((c) => c.node)),
    el("p", { class: "facts" }, t("page.colours-full", { limit: 3 })),
    el("div", { class: "split" }, plot.node, el("div", {}, look.node,
      el("p", {}, `${t("noise.spread", { mean: fixed(s.mean, 3), std: short(s.std) })}, ${t("noise.range", { min: short(s.min), max: short(s.max) })}`),
      data.hash ? el("p", { class: "facts" }, t("noise.hash", { hash: data.hash })) : null,
      el("p", { class: "facts" }, t("noise.latent", { count: grouped(grid.data.length), pixels })),
      DATA.schedule && DATA.schedule.start !== 1 ? el("p", { class: "facts" }, t("noise.scaled", { scale: short(DATA.schedule.start) })) : null)));

  let drawn = null;
  const update = () => {
    if (drawn !== darkGround.matches) {
      channels.forEach((c, n) => {
        c.paint(grid.w, grid.h, (x, y) => signed(at(grid, n, x, y), 3));
        c.say("\u00b13", [], t("page.cells", { w: grid.w, h: grid.h }));
      });
      drawn = darkGround.matches;
    }
    const [x, y] = inside(grid);
    channels.forEach((c) => c.point(x, y));
    const values = channels.map((_, n) => fixed(at(grid, n, x, y), 3));
    const heads = [t("page.channel"), ...channels.map((_, n) => String(n + 1))];
    look.set(x, y, table(t("page.four-values"), heads, [[t("page.noise-row"), ...values]]));
  };
  return { node, update };
}

/* The chosen cell, kept inside a grid. */
const inside = (grid) => [Math.min(chosen.cell[0], grid.w - 1), Math.min(chosen.cell[1], grid.h - 1)];
