/* The lens: which cell is read. The pointer sets it, and two number fields do the same for those
   who use keys or listen. */

function lens(title, w, h, onmove) {
  const fields = [["page.column", w], ["page.row", h]].map(([key, most], axis) => {
    const id = unique("lens");
    const input = el("input", {
      type: "number", id, min: 1, max: most, value: 1, inputmode: "numeric",
      oninput: () => {
        const place = Math.round(Number(input.value)) - 1;
        if (place >= 0 && place < most) onmove(...(axis ? [null, place] : [place, null]));
      },
    });
    return { input, node: el("span", {}, el("label", { for: id }, t(key)), input) };
  });
  const said = el("div", { class: "reading", "aria-live": "polite" });
  const node = el("fieldset", { class: "lens" }, el("legend", {}, title), el("p", { class: "hint" }, t("page.lens-hint")), ...fields.map((f) => f.node), said);
  const set = (x, y, ...inside) => {
    [x, y].forEach((place, axis) => {
      if (document.activeElement !== fields[axis].input) fields[axis].input.value = place + 1;
    });
    said.replaceChildren(...inside);
  };
  return { node, set };
}
