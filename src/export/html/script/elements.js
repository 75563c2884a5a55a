/* Elements. Text of others goes in as text, never as markup. */

const SHAPES = document.getElementById("shapes").namespaceURI;
let count = 0;

function build(element, attributes, inside) {
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(name, value);
  }
  element.append(...inside.filter((part) => part !== null && part !== undefined));
  return element;
}

const el = (name, attributes = {}, ...inside) => build(document.createElement(name), attributes, inside);
const shape = (name, attributes = {}, ...inside) => build(document.createElementNS(SHAPES, name), attributes, inside);
const unique = (name) => `${name}-${++count}`;

/* The paragraph that says what one sees, with its formulas folded below. */
function note(stage, plainKey = `notes.${stage}.plain`) {
  const formulas = el("details", {}, el("summary", {}, t("page.formulas")), el("p", {}, t(`notes.${stage}.formulas`)));
  return el("div", { class: "note" }, el("p", {}, t(plainKey)), formulas);
}

/* A range with its name and its value in words. */
function slider(label, most, value, oninput) {
  const id = unique("slider");
  const said = el("output", { for: id });
  const input = el("input", { type: "range", id, min: 0, max: most, value, step: 1, oninput: () => oninput(Number(input.value)) });
  const set = (next, words) => {
    input.value = next;
    input.setAttribute("aria-valuetext", words);
    said.textContent = words;
  };
  return { node: el("div", { class: "slider" }, el("label", { for: id }, label), said, input), input, set };
}

/* A choice among few, as a list. */
function choice(label, options, value, onchoose) {
  const id = unique("choice");
  const select = el("select", { id, onchange: () => onchoose(Number(select.value)) });
  for (const [number, text] of options) select.append(el("option", { value: number, selected: number === value }, text));
  return el("div", { class: "choice" }, el("label", { for: id }, label), select);
}

/* A table of numbers with heads on top and at the side. */
function table(caption, heads, rows) {
  const head = el("tr", {}, ...heads.map((text) => el("th", { scope: "col" }, text)));
  const body = rows.map(([first, ...cells]) =>
    el("tr", {}, el("th", { scope: "row" }, first), ...cells.map((cell) => el("td", {}, cell))));
  return el("table", {}, el("caption", {}, caption), el("thead", {}, head), el("tbody", {}, ...body));
}
