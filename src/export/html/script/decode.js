/* The decoder: from the latent to pixels, level by level. */

const LEVELS = { post_quant_conv: "post-quant", conv_in: "conv-in", mid: "mid", conv_out: "conv-out" };

function decodeStage() {
  const data = DATA.decode;
  const most = Math.max(...data.levels.map((level) => level.maps.planes));
  let plane = 0;
  const options = Array.from({ length: most }, (_, n) => [n, n ? t("page.varies", { n }) : t("page.all-channels")]);
  const pick = choice(t("page.map"), options, plane, (value) => { plane = value; update(); });
  const reading = el("p", { class: "reading", "aria-live": "polite" }, t("page.level-hint"));
  const levels = data.levels.map((level, n) => {
    const shown = picture(`${n + 1}. ${level.name}`, {
      largest: 256,
      onpoint: (x, y, w, h) => {
        const grid = gridOf(level.maps);
        const value = at(grid, Math.min(plane, grid.planes - 1), x, y);
        reading.textContent = t("page.level-cell", { level: level.name, column: x + 1, row: y + 1, w, h, value: fixed(value, 2) });
        shown.point(x, y);
      },
    });
    const [channels, height, width] = level.shape;
    const size = el("p", { class: "facts" }, `${t("decode.shape", { channels, height, width })} = ${t("decode.numbers", { count: grouped(channels * height * width) })}`);
    const stem = LEVELS[level.name] ?? (level.name.startsWith("up") ? "up" : null);
    shown.node.append(size, ...(stem ? [el("p", { class: "facts" }, t(`decode.what-${stem}`))] : []));
    return shown;
  });
  const pixels = DATA.settings.width * DATA.settings.height * 3;
  const chain = t("decode.chain", { latent: grouped(data.count), pixels: grouped(pixels), times: whole(pixels / data.count) });
  const node = el("div", {}, el("p", {}, chain), el("div", { class: "controls" }, pick), reading,
    el("div", { class: "pictures" }, ...levels.map((level) => level.node)));

  let drawn = "";
  const update = () => {
    const view = `${plane} ${darkGround.matches}`;
    if (view === drawn) return;
    drawn = view;
    data.levels.forEach((level, i) => {
      const grid = gridOf(level.maps), shown = levels[i];
      const n = Math.min(plane, grid.planes - 1);
      const numbers = grid.data.subarray(n * grid.w * grid.h, (n + 1) * grid.w * grid.h);
      const s = statistics(numbers);
      const limit = Math.max(Math.abs(s.min), Math.abs(s.max));
      shown.paint(grid.w, grid.h, (x, y) => (n ? signed : unsigned)(at(grid, n, x, y), limit));
      const look = n
        ? t("decode.channel-short", { channel: level.channels[n - 1] + 1, limit: short(limit) })
        : t("decode.rms-short", { high: short(limit) });
      shown.say(look, [t("decode.spread", { mean: fixed(level.mean, 2), std: short(level.std) })], t("page.cells", { w: grid.w, h: grid.h }));
    });
  };
  return { node, update };
}
