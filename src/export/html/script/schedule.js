/* The schedule: noise levels over the calls, and one training picture at each of them. */

const splitmix = (() => {
  const mask = (1n << 64n) - 1n;
  return (n) => {
    let z = (n * 0x9e3779b97f4a7c15n + 0x9e3779b97f4a7c15n) & mask;
    z = ((z ^ (z >> 30n)) * 0xbf58476d1ce4e5b9n) & mask;
    z = ((z ^ (z >> 27n)) * 0x94d049bb133111ebn) & mask;
    return Number((z ^ (z >> 31n)) >> 40n) / 16777216;
  };
})();

/* Unit normal numbers, the same at every level, so that only the factors change. */
const unitNormal = (count) => Float32Array.from({ length: count }, (_, place) => {
  const [u, v] = [1 - splitmix(BigInt(2 * place)), splitmix(BigInt(2 * place + 1))];
  return Math.sqrt(-2 * Math.log(u)) * Math.cos(2 * Math.PI * v);
});

const factors = (sigma) => [1 / Math.hypot(sigma, 1), sigma / Math.hypot(sigma, 1)];

function scheduleStage() {
  const data = DATA.schedule, s = DATA.settings;
  const calls = data.timesteps.length;
  let level = 0, pixels = null, normal = null;
  const set = (value) => { level = Math.min(calls, Math.max(0, Math.round(value))); update(); };
  const pick = slider(t("page.noise-level"), calls, level, set);
  const axis = { label: t("page.call-axis") };
  const points = (f) => data.levels.map((sigma, i) => [i + 1, f(sigma)]);
  const chart = (title, label, f) => curve({
    title, x: axis, y: { label, low: 0 }, points: points(f), onchoose: (v) => set(v - 1),
  });
  const sigma = chart(t("schedule.sigma"), "\u03c3", (v) => v);
  const alpha = chart(t("schedule.alpha"), "\u03b1\u0305", (v) => factors(v)[0] ** 2);
  const shown = data.sample ? picture(t("page.sample"), { largest: 256 }) : null;
  const said = el("p", { class: "reading", "aria-live": "polite" });
  const makes = t(s.karras ? "schedule.makes-karras" : "schedule.makes", { steps: s.steps, sampler: s.sampler, spacing: s.spacing, calls });
  const rows = data.timesteps.map((time, i) => {
    const [signal, noise] = factors(data.levels[i]);
    return [String(data.steps[i] + 1), whole(time), short(data.levels[i]), fixed(signal, 3), fixed(noise, 3)];
  });
  const heads = ["step", "t", "sigma", "signal", "noise"].map((name) => t(`schedule.table-${name}`));
  const node = el("div", {}, el("p", {}, makes + " " + t("schedule.not-part")), pick.node, said,
    el("div", { class: "plots" }, shown?.node, sigma.node, alpha.node),
    el("details", {}, el("summary", {}, t("page.as-table")), el("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": t("page.as-table") }, table(makes, heads, rows))));

  const mix = () => {
    const [signal, noise] = factors(data.levels[level]);
    const { w, h } = data.sample.picture;
    normal ??= unitNormal(w * h * 3);
    shown.paint(w, h, (x, y) => [0, 1, 2].map((c) => {
      const value = signal * (pixels[4 * (y * w + x) + c] / 127.5 - 1) + noise * normal[3 * (y * w + x) + c];
      return Math.round((Math.min(1, Math.max(-1, value)) + 1) * 127.5);
    }));
    const block = data.sample.block > 1 ? [t("image.block", { n: data.sample.block })] : [];
    shown.say(t("page.at-sigma", { sigma: short(data.levels[level]) }), [t("schedule.pixels"), ...block]);
  };
  if (shown) {
    loaded(data.sample.picture, (image) => { pixels = pixelsOf(image); mix(); });
  }
  const update = () => {
    const v = data.levels[level];
    const [signal, noise] = factors(v);
    const here = level === calls
      ? t("schedule.last", { sigma: short(v) })
      : t("schedule.level", { step: data.steps[level] + 1, steps: s.steps, t: whole(data.timesteps[level]), sigma: short(v) });
    pick.set(level, here);
    said.textContent = t("schedule.factors", { signal: fixed(signal, 3), noise: fixed(noise, 3) }) + " " + t("schedule.factors-names");
    sigma.cursor(level + 1);
    alpha.cursor(level + 1);
    if (pixels) mix();
  };
  return { node, update };
}
