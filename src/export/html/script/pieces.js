/* The pieces of the prompt as a row of choices; one choice for the whole page. */

/* Names of the rows: start mark, pieces, end mark, padding. */
function pieceName(row) {
  const pieces = DATA.tokens?.pieces ?? [];
  if (row === 0) return t("page.start-mark");
  if (row <= pieces.length) return pieces[row - 1].text;
  return row === pieces.length + 1 ? t("page.end-mark") : t("step.padding");
}

/* `rows` many choices, of which `onchoose` hears. */
function pieceChoice(legend, rows, onchoose) {
  const name = unique("piece");
  const group = el("fieldset", { class: "pieces" }, el("legend", {}, legend));
  const inputs = [];
  const count = DATA.tokens?.pieces.length ?? 0;
  for (let row = 0; row < rows; row++) {
    const input = el("input", { type: "radio", name, value: row, onchange: () => onchoose(row) });
    const word = row > 0 && row <= count;
    const text = el("span", { class: word ? "chip word" : "chip" }, el("bdi", {}, pieceName(row)));
    group.append(el("label", {}, input, text));
    inputs.push(input);
  }
  const set = () => {
    if (inputs.length) inputs[Math.min(chosen.piece, inputs.length - 1)].checked = true;
  };
  return { node: group, set };
}
