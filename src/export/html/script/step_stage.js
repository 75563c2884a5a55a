/* The steps: pictures of the call under the slider, the chosen cell in all of them, the film, and
   the curves of the whole walk. */

const SUBJECTS = ["latent", "guided", "x0", "without", "with", "difference"];

function stepStage() {
  const frames = STEPS.frames, most = frames.length - 1;
  let index = 0, lit = 0;
  const guided = Boolean(frames[0].uncond);
  const first = gridsOf(frames[0]).latent;
  const subjects = SUBJECTS.filter((name) => guided || !["without", "with", "difference"].includes(name));
  const read = (x, y, w, h) => change({ cell: [Math.floor((x * first.w) / w), Math.floor((y * first.h) / h)] });
  const title = (name) => {
    if (name === "guided" && !guided) return t("step.noise");
    if (name === "without" && DATA.settings.negative) return t("step.negative");
    return t(`step.${name}`);
  };
  const shown = Object.fromEntries(subjects.map((name) => [name, picture(title(name), { onpoint: read })]));
  const attention = STEPS.attention ? picture("", { onpoint: read, over: true }) : null;
  attention?.node.classList.add("lit");
  const pick = slider(t("page.step"), most, index, (value) => go("step", value));
  const running = runner(() => (index < most ? go("step", index + 1) : false), () => go("step", 0));
  const channels = [...(canPreview(first) ? [[-1, t("step.preview-only")]] : []),
    ...Array.from({ length: first.planes }, (_, n) => [n, t("step.all-channels", { channel: n + 1 })])];
  if (!canPreview(first) && chosen.channel < 0) chosen.channel = 0;
  const look = choice(t("page.look"), channels, chosen.channel, (channel) => change({ channel }));
  const pieces = STEPS.attention ? pieceChoice(t("page.choose-light"), STEPS.attention.rows, (piece) => change({ piece })) : null;
  const bases = [[0, t("step.x0")], ...(DATA.image ? [[1, t("page.final-picture")]] : [])];
  const base = attention && choice(t("page.lay-over"), bases, lit, (value) => { lit = value; update(); });
  const laidId = unique("laid");
  const laid = el("input", { type: "checkbox", id: laidId, checked: chosen.laid, onchange: () => change({ laid: laid.checked }) });
  const glass = lens(t("page.lens-cell"), first.w, first.h, (x, y) => change({ cell: [x ?? chosen.cell[0], y ?? chosen.cell[1]] }));
  const strip = film((place) => go("step", place));
  const line = (name, label, value, unit, empty) => curve({
    title: t(name), x: { label: t(STEPS.calls === STEPS.steps ? "step.axis" : "step.axis-call"), low: 1, high: STEPS.calls },
    y: { label, low: 0, unit, empty: t(empty) },
    points: STEPS.curve.map((p) => [p.call + 1, value(p) ?? NaN]),
    onchoose: (call) => go("step", nearestKept(call - 1)),
  });
  const curves = [
    line("page.sigma-curve", "\u03c3", (p) => p.sigma, "", "step.none"),
    line("step.curve-moved", t("page.rms"), (p) => p.moved, "", "step.first-later"),
    line("step.curve-angle", t("page.degrees"), (p) => p.angle, "\u00b0", "step.no-angle"),
  ];
  const node = el("div", {},
    STEPS.every > 1 ? el("p", { class: "facts" }, t("page.thinned", { kept: frames.length, all: STEPS.there, every: STEPS.every })) : null,
    el("div", { class: "controls sticky" }, pick.node, running),
    pieces?.node,
    el("div", { class: "controls" }, look, base, attention ? el("div", { class: "choice" }, laid, el("label", { for: laidId }, t("page.laid"))) : null),
    el("div", { class: "pictures" }, shown.x0.node, attention?.node, ...subjects.filter((n) => n !== "x0").map((n) => shown[n].node), glass.node),
    attention ? el("p", { class: "facts" }, t("page.attention-says")) : el("p", { class: "facts" }, t("step.no-attention")),
    strip.node, el("h3", {}, t("page.curves")), el("div", { class: "plots" }, ...curves.map((c) => c.node)));

  const drawAttention = (frame) => {
    const shares = sharesOf(frame, chosen.piece);
    attention.name(t("step.attention", { piece: pieceName(chosen.piece) }));
    const over = () => {
      if (frames[index] !== frame) return;
      if (shares) putPixels(attention.layer, shares.w, shares.h, (x, y) => shade(shares, x, y));
      attention.layer.hidden = !shares || !chosen.laid;
    };
    const packed = lit ? DATA.image.picture : frame.picture;
    if (packed) loaded(packed, (image) => { if (frames[index] === frame) { attention.show(image); over(); } });
    else {
      paintLatent(attention, gridsOf(frame).x0);
      over();
    }
    if (!shares) return attention.say(t("step.no-attention"), []);
    let sum = 0, top = 0;
    for (let y = 0; y < shares.h; y++) for (let x = 0; x < shares.w; x++) {
      sum += shares.at(x, y);
      top = Math.max(top, shares.at(x, y));
    }
    const edge = Math.round(first.w / shares.w);
    const block = edge > 1 ? [t("step.block", { n: edge })] : [];
    attention.say(t("step.share", { high: short(shares.high) }),
      [t("page.taken", { mean: percent(sum / (shares.w * shares.h)), most: percent(top) }), ...block]);
  };

  const factsOf = (name, frame, grid) => {
    const s = statistics(grid.data), point = pointOf(frame);
    if (name === "latent") return [t("step.sigmas", { sigma: short(frame.sigma), next: short(frame.next) })];
    if (name === "x0") {
      const left = point.left === null || point.left === undefined ? [] : [t("step.to-final", { left: short(point.left) })];
      return [point.moved === null ? t("step.first-guess") : t("step.moved", { moved: short(point.moved) }), ...left];
    }
    if (name === "difference") return [t("step.angle", { angle: fixed(point.angle, 1) }), t("step.norm-of-difference", { norm: short(s.norm) })];
    const norm = t("step.norm-of", { norm: short(s.norm) });
    const from = DATA.settings.prediction === "v" ? [t("step.from-v")] : [];
    if (name !== "guided") return [norm, ...from];
    const seed = point.cosine === null ? [] : [t("step.seed-cosine", { cosine: fixed(point.cosine, 2) })];
    return [norm, ...from, ...seed];
  };

  const drawPictures = (frame) => {
    const grids = gridsOf(frame);
    for (const name of subjects) {
      const one = shown[name], grid = grids[name];
      const facts = factsOf(name, frame, grid);
      const said = t("page.cells", { w: grid.w, h: grid.h });
      if (name === "x0" && frame.picture && chosen.channel < 0) {
        loaded(frame.picture, (image) => { if (frames[index] === frame) one.show(image); });
        const block = STEPS.block > 1 ? [t("image.block", { n: STEPS.block })] : [];
        one.say(t("step.through-vae"), [...facts, ...block], frame.said?.[chosen.language]);
      } else if (name === "x0" || name === "latent") {
        const seen = name === "x0" ? frame.said?.[chosen.language] : said;
        one.say(paintLatent(one, grid), facts, seen);
      } else one.say(paintNoise(one, grid, name === "difference"), facts, said);
    }
  };

  const drawLens = (frame) => {
    const grids = gridsOf(frame);
    const [x, y] = inside(first);
    for (const one of [...Object.values(shown), attention]) one?.point(x, y, first.w, first.h);
    const heads = [t("page.channel"), ...Array.from({ length: first.planes }, (_, n) => String(n + 1))];
    const rows = subjects.map((name) => [title(name), ...Array.from({ length: first.planes }, (_, n) => fixed(at(grids[name], n, x, y), 2))]);
    const shares = sharesOf(frame, chosen.piece);
    const took = shares && el("p", {}, t("page.cell-took", {
      share: percent(shares.at(Math.floor((x * shares.w) / first.w), Math.floor((y * shares.h) / first.h))), piece: pieceName(chosen.piece),
    }));
    glass.set(x, y, table(t("page.cell-values"), heads, rows), took ?? "");
  };

  let drawn = "";
  const update = (place = index) => {
    index = Math.min(place, most);
    const frame = frames[index];
    const words = `${placeOf(frame)}: t ${whole(frame.timestep)}, \u03c3 ${short(frame.sigma)} \u2192 ${short(frame.next)}`;
    pick.set(index, words);
    pieces?.set();
    const view = `${index} ${chosen.channel} ${darkGround.matches}`;
    if (view !== drawn) drawPictures(frame);
    const light = `${view} ${chosen.piece} ${lit} ${chosen.laid}`;
    if (attention && light !== drawAttention.drawn) drawAttention(frame);
    drawAttention.drawn = light;
    drawn = view;
    drawLens(frame);
    strip.update(index);
    for (const one of curves) one.cursor(frame.call + 1);
  };
  return { node, update, said: () => `${placeOf(frames[index])}, ${t("step.sigma", { sigma: short(frames[index].sigma) })}` };
}

/* The place among the kept steps that is nearest to a call. */
function nearestKept(call) {
  const away = (frame) => Math.abs(frame.call - call);
  return STEPS.frames.reduce((best, frame, i) => (away(frame) < away(STEPS.frames[best]) ? i : best), 0);
}

/* A button that goes on by itself, step after step, and stops at the end. */
function runner(forward, restart) {
  const pace = matchMedia("(prefers-reduced-motion: reduce)").matches ? 1600 : 500;
  let timer = null;
  const button = el("button", { type: "button", class: "run", "aria-pressed": "false" }, t("page.run"));
  const stop = () => {
    clearInterval(timer);
    timer = null;
    button.setAttribute("aria-pressed", "false");
    button.textContent = t("page.run");
  };
  const tick = () => {
    if (!button.isConnected || button.offsetParent === null || forward() === false) stop();
  };
  button.addEventListener("click", () => {
    if (timer) return stop();
    if (forward() === false) restart();
    timer = setInterval(tick, pace);
    button.setAttribute("aria-pressed", "true");
    button.textContent = t("page.stop");
  });
  return button;
}
