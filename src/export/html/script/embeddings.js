/* The embeddings: every piece's numbers as a strip of colour, layer by layer, and how alike the
   pieces are. */

/* Numbers in a row of the strip. */
const STRIP = 64;
/* Pieces in the table of cosines. */
const MOST_COSINES = 24;

function embeddingsStage() {
  const data = DATA.embeddings;
  const last = data.states.length - 1;
  let layer = last, number = 0;
  const vectors = (state) => {
    state.numbers ??= numbersOf(state.data);
    return (row) => state.numbers.subarray(row * data.width, (row + 1) * data.width);
  };
  const nameOf = (state) => {
    if (state.layer === null) return t("embeddings.final");
    return state.layer === 0 ? t("embeddings.before") : t("embeddings.layer", { layer: state.layer, layers: data.layers });
  };
  const pick = slider(t("page.layer"), last, layer, (value) => { layer = value; update(); });
  const pieces = pieceChoice(t("page.choose-piece"), data.rows, (piece) => change({ piece }));
  const w = Math.min(STRIP, data.width), h = Math.ceil(data.width / w);
  const strips = Array.from({ length: data.rows }, (_, row) => picture(pieceName(row), {
    largest: 640,
    onpoint: (x, y) => { number = Math.min(y * w + x, data.width - 1); change({ piece: row }); },
  }));
  strips.forEach((strip) => strip.node.classList.add("strip"));
  const reading = el("p", { class: "reading", "aria-live": "polite" });
  const id = unique("number");
  const field = el("input", {
    type: "number", id, min: 1, max: data.width, value: 1,
    oninput: () => { number = Math.min(Math.max(1, Math.round(Number(field.value)) || 1), data.width) - 1; update(); },
  });
  const alike = el("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": t("embeddings.cosines") });
  const facts = el("p", { class: "facts" });
  const nearest = el("p", { class: "facts" });
  const node = el("div", {}, pick.node, pieces.node,
    el("div", { class: "split" },
      el("div", { class: "strips scroll", tabindex: 0, role: "region", "aria-label": t("tokens.pieces") }, ...strips.map((strip) => strip.node)),
      el("div", {}, el("div", { class: "choice" }, el("label", { for: id }, t("page.number-of", { count: data.width })), field),
        reading, facts, nearest, el("h3", {}, t("embeddings.cosines")), alike)));

  const cosines = (vector) => {
    const shown = Math.min(data.rows - 2, MOST_COSINES);
    const rows = Array.from({ length: shown }, (_, i) => i + 1);
    const grid = table(rows.length < data.rows - 2 ? t("page.first-pieces", { count: shown }) : t("page.cosine-caption"),
      [t("tokens.pieces"), ...rows.map(pieceName)],
      rows.map((a) => [pieceName(a), ...rows.map((b) => fixed(cosine(vector(a), vector(b)), 2))]));
    grid.classList.add("cosines");
    grid.querySelectorAll("tbody tr").forEach((line, i) => line.querySelectorAll("td").forEach((cell, j) => {
      const colour = signed(cosine(vector(i + 1), vector(j + 1)), 1.2);
      cell.style.background = `rgb(${colour.join(" ")})`;
      cell.style.color = inkOn(colour);
    }));
    return grid;
  };

  let drawn = "";
  const update = () => {
    const state = data.states[layer];
    const vector = vectors(state);
    const row = Math.min(chosen.piece, data.rows - 1);
    pick.set(layer, nameOf(state));
    pieces.set();
    const view = `${layer} ${darkGround.matches}`;
    if (view !== drawn) {
      strips.forEach((strip, i) => {
        const numbers = vector(i);
        strip.paint(w, h, (x, y) => signed(numbers[y * w + x] ?? 0, state.limit));
        strip.say("", [`\u2016v\u2016 ${short(statistics(numbers).norm)}`], nameOf(state));
      });
      alike.replaceChildren(data.rows > 3 ? cosines(vector) : el("p", { class: "facts" }, t("page.one-piece")));
      drawn = view;
    }
    strips.forEach((strip, i) => {
      strip.node.classList.toggle("chosen", i === row);
      if (i === row) strip.point(number % w, Math.floor(number / w));
      else strip.node.querySelector(".mark").hidden = true;
    });
    if (document.activeElement !== field) field.value = number + 1;
    const numbers = vector(row);
    reading.textContent = t("page.number", { piece: pieceName(row), n: number + 1, value: fixed(numbers[number], 3) });
    const s = statistics(numbers);
    facts.textContent = t("embeddings.numbers", { piece: pieceName(row), mean: fixed(s.mean, 3), std: short(s.std), min: short(s.min), max: short(s.max), norm: short(s.norm) })
      + ". " + t("page.colours-full", { limit: short(state.limit) });
    const near = data.nearest[row - 1];
    nearest.textContent = near?.length
      ? t("embeddings.nearest", { piece: pieceName(row), words: near.map((n) => `${n.text} ${fixed(n.cosine, 2)}`).join(", ") })
      : t("embeddings.no-nearest");
  };
  return { node, update };
}
