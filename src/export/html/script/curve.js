/* Curves with labelled axes, a cursor, and a sentence for those who do not see them. */

const WIDE = 420, HIGH = 230, LEFT = 52, RIGHT = 14, TOP = 14, BOTTOM = 40;

/* Three to five round numbers from low to high. */
function ticks(low, high) {
  const rough = (high - low) / 4 || 1;
  const power = 10 ** Math.floor(Math.log10(rough));
  const stride = power * ([1, 2, 5].find((n) => n * power >= rough) ?? 10);
  const all = [];
  for (let v = Math.ceil(low / stride - 1e-9) * stride; v <= high + stride * 1e-6; v += stride) all.push(v);
  return all;
}

const tick = (value) => fixed(value, Number.isInteger(Math.round(value * 1e6) / 1e6) ? 0 : Math.abs(value) < 0.1 ? 2 : 1);

/* `points`: [x, y] in rising x. `onchoose(x)` hears where it was clicked. */
function curve({ title, x, y, points, whole: wholeX = true, bars = false, second = [], onchoose = null }) {
  const all = points.filter(([, v]) => Number.isFinite(v));
  const box = shape("svg", { viewBox: `0 0 ${WIDE} ${HIGH}`, role: "img", class: "curve" });
  const node = el("figure", { class: "plot" }, el("figcaption", {}, title), box);
  if (!all.length) {
    node.replaceChild(el("p", { class: "facts" }, y.empty ?? t("step.none")), box);
    return { node, cursor() {} };
  }
  const xs = all.map((p) => p[0]);
  const low = x.low ?? Math.min(...xs), high = Math.max(x.high ?? Math.max(...xs), low + 1e-6);
  const top = (y.high ?? Math.max(...all.map((p) => p[1]), ...second.map((p) => p[1]))) * 1.04 || 1;
  const px = (v) => LEFT + ((v - low) / (high - low)) * (WIDE - LEFT - RIGHT);
  const py = (v) => HIGH - BOTTOM - (Math.min(v, top) / top) * (HIGH - TOP - BOTTOM);
  const line = (list) => list.map(([a, b], i) => `${i ? "L" : "M"}${px(a).toFixed(1)} ${py(b).toFixed(1)}`).join("");

  for (const v of ticks(0, top)) {
    box.append(shape("line", { x1: LEFT, x2: WIDE - RIGHT, y1: py(v), y2: py(v), class: "mesh" }));
    box.append(shape("text", { x: LEFT - 8, y: py(v) + 4, class: "tick end" }, tick(v)));
  }
  const across = ticks(low, high).filter((v) => !wholeX || Number.isInteger(v));
  if (wholeX && !across.includes(low)) across.unshift(low);
  for (const v of across) box.append(shape("text", { x: px(v), y: HIGH - BOTTOM + 17, class: "tick middle" }, tick(v)));
  box.append(shape("path", { d: `M${LEFT} ${TOP}V${HIGH - BOTTOM}H${WIDE - RIGHT}`, class: "axis" }));
  box.append(shape("text", { x: (LEFT + WIDE - RIGHT) / 2, y: HIGH - 6, class: "label middle" }, x.label));
  box.append(shape("text", { x: 13, y: (TOP + HIGH - BOTTOM) / 2, class: "label middle turned" }, y.label));
  if (bars) {
    const width = (px(all[1]?.[0] ?? high) - px(all[0][0])) * 0.9;
    for (const [a, b] of all) box.append(shape("rect", { x: px(a) - width / 2, y: py(b), width, height: HIGH - BOTTOM - py(b), class: "bar" }));
  } else {
    box.append(shape("path", { d: line(all), class: "line" }));
    if (all.length <= 60) for (const [a, b] of all) box.append(shape("circle", { cx: px(a), cy: py(b), r: 2.6, class: "dot" }));
  }
  if (second.length) box.append(shape("path", { d: line(second), class: "line second" }));
  const rule = shape("line", { y1: TOP, y2: HIGH - BOTTOM, class: "cursor" });
  const dot = shape("circle", { r: 5, class: "here" });
  const value = shape("text", { y: TOP + 4, class: "value" });
  const moving = shape("g", { visibility: "hidden" }, rule, dot, value);
  box.append(moving);

  const most = all.reduce((a, b) => (b[1] > a[1] ? b : a)), [first, last] = [all[0], all[all.length - 1]];
  box.setAttribute("aria-label", `${title}. ${t("page.curve", {
    first: short(first[1]), last: short(last[1]), most: short(most[1]), at: tick(most[0]), axis: x.label,
  })}`);

  const nearest = (v) => all.reduce((a, b) => (Math.abs(b[0] - v) < Math.abs(a[0] - v) ? b : a));
  const cursor = (v) => {
    const here = nearest(v);
    const near = Math.abs(here[0] - v) < 1e-6;
    moving.setAttribute("visibility", "visible");
    for (const [name, n] of [["x1", px(v)], ["x2", px(v)]]) rule.setAttribute(name, n);
    dot.setAttribute("visibility", near ? "inherit" : "hidden");
    dot.setAttribute("cx", px(here[0]));
    dot.setAttribute("cy", py(here[1]));
    value.textContent = near ? `${short(here[1])}${y.unit ?? ""}` : "";
    const right = px(v) < WIDE * 0.7;
    value.setAttribute("x", px(v) + (right ? 8 : -8));
    value.setAttribute("text-anchor", right ? "start" : "end");
  };
  const place = (event) => {
    const area = box.getBoundingClientRect();
    return nearest(low + (((event.clientX - area.left) / area.width) * WIDE - LEFT) / (WIDE - LEFT - RIGHT) * (high - low))[0];
  };
  if (onchoose) {
    box.classList.add("read");
    box.addEventListener("click", (event) => onchoose(place(event)));
  } else if (!bars) {
    box.addEventListener("pointermove", (event) => cursor(place(event)));
  }
  return { node, cursor };
}
