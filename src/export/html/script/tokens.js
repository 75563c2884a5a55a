/* The tokens: pieces with their ids, how the chosen one was put together, the 77 places. */

function tokensStage() {
  const data = DATA.tokens;
  const pieces = pieceChoice(t("page.choose-piece"), data.kept + 2, (piece) => change({ piece }));
  const said = el("p", { class: "reading", "aria-live": "polite" });
  const merges = el("ol", { class: "merges" });
  const mergesTitle = el("h3", {}, t("tokens.cut"));
  const reading = el("p", { class: "reading" }, t("page.places-hint"));
  const places = el("ol", { class: "places" });
  data.ids.forEach((id, place) => {
    const used = place < data.kept + 2;
    const box = el("li", { class: !used ? "padding" : place > 0 && place <= data.kept ? "word" : "edge" },
      el("span", { class: "vh" }, pieceName(place)), String(id));
    box.addEventListener("pointerenter", () => {
      reading.textContent = t("page.place", { place: place + 1, id: grouped(id), piece: pieceName(place) });
    });
    if (used) box.addEventListener("click", () => change({ piece: place }));
    places.append(box);
  });
  const padding = data.ids.length - data.kept - 2;
  const negative = data.negative && (data.negative.text
    ? t("tokens.negative", { text: data.negative.text, count: data.negative.count })
    : t("tokens.negative-empty"));
  const cut = data.cutPieces
    ? t("tokens.cut-off", { count: data.cutPieces, text: data.cut })
    : t("tokens.nothing-cut");
  const node = el("div", {},
    pieces.node, said, mergesTitle, merges,
    el("h3", {}, t("page.places", { used: data.kept + 2, padding })), places, reading,
    el("p", { class: "facts" }, cut),
    negative && el("p", { class: "facts" }, el("bdi", {}, negative)),
    ...data.never[chosen.language].map((said) => el("p", { class: "facts" }, el("bdi", {}, "\u2205 " + said))));

  const update = () => {
    const row = Math.min(chosen.piece, data.kept + 1);
    pieces.set();
    [...places.children].forEach((box, place) => box.classList.toggle("chosen", place === row));
    const id = grouped(data.ids[row]);
    const word = data.words.find(({ from, to }) => row - 1 >= from && row - 1 < to);
    merges.replaceChildren();
    mergesTitle.hidden = !word;
    if (!word) {
      said.textContent = t(row === 0 ? "tokens.chosen-start" : "tokens.chosen-end", { id });
      return;
    }
    const count = word.to - word.from;
    const facts = { piece: pieceName(row), id, vocabulary: grouped(data.vocabulary), count, word: word.text };
    said.textContent = t(count > 1 ? "tokens.chosen-part" : "tokens.chosen-one", facts);
    word.states.forEach((symbols, n) => {
      const rank = n ? t("page.merge", { n, rank: grouped(word.ranks[n - 1]) }) : t("page.letters");
      const row = el("span", { class: "symbols" }, ...symbols.map((symbol) => el("bdi", {}, symbol)));
      merges.append(el("li", {}, row, el("span", { class: "look" }, rank)));
    });
  };
  return { node, update };
}
