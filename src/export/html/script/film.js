/* The film: the guess at every step, small, under the light of what its cells took from a piece. */

/* Most pictures in it. */
const MOST_FILM = 24;

function film(onchoose) {
  const frames = STEPS.frames;
  const count = Math.min(MOST_FILM, frames.length);
  const places = Array.from({ length: count }, (_, i) => (count > 1 ? Math.round((i * (frames.length - 1)) / (count - 1)) : 0));
  const title = el("h3", {});
  const list = el("ol", { class: "film" });
  const cells = places.map((place) => {
    const canvas = el("canvas", { "aria-hidden": "true", width: 1, height: 1 });
    const layer = el("canvas", { "aria-hidden": "true", width: 1, height: 1, class: "layer" });
    const button = el("button", { type: "button", onclick: () => onchoose(place), "aria-label": placeOf(frames[place]) },
      el("span", { class: "box" }, canvas, layer), el("span", {}, String(frames[place].step + 1)));
    const { w } = frames[place].latent;
    button.firstChild.style.width = `${Math.max(1, Math.floor(48 / w)) * w}px`;
    list.append(el("li", {}, button));
    return { place, canvas, layer, button };
  });

  let painted = "", shaded = "";
  const update = (index) => {
    const base = `${chosen.channel} ${darkGround.matches}`, light = `${chosen.piece} ${chosen.laid}`;
    for (const { place, canvas, layer, button } of cells) {
      const frame = frames[place];
      const current = place === index;
      button.classList.toggle("chosen", current);
      if (current) button.setAttribute("aria-current", "step");
      else button.removeAttribute("aria-current");
      if (base !== painted) {
        const grid = gridsOf(frame).x0;
        const channel = Math.min(Math.max(0, chosen.channel), grid.planes - 1);
        const inColour = chosen.channel < 0 && canPreview(grid);
        putPixels(canvas, grid.w, grid.h, (x, y) => (inColour ? preview(grid, x, y) : signed(at(grid, channel, x, y), SIGNED)));
      }
      if (light !== shaded) {
        const shares = chosen.laid ? sharesOf(frame, chosen.piece) : null;
        if (shares) putPixels(layer, shares.w, shares.h, (x, y) => shade(shares, x, y));
        layer.hidden = !shares;
      }
    }
    [painted, shaded] = [base, light];
    const lit = chosen.laid && STEPS.attention;
    title.replaceChildren(t("page.film"), lit ? " \u00b7 " : "", lit ? el("span", { class: "word" }, t("step.laid-over", { piece: pieceName(chosen.piece) })) : "");
  };
  return { node: el("div", {}, title, list), update };
}
