/* The picture, and the three numbers of any of its pixels. */

function imageStage() {
  const data = DATA.image;
  const { w, h } = data.picture;
  let pixel = [Math.floor(w / 2), Math.floor(h / 2)], pixels = null;
  const move = (x, y) => { pixel = [x ?? pixel[0], y ?? pixel[1]]; update(); };
  const shown = picture(t("page.final-picture"), { largest: 640, onpoint: (x, y) => move(x, y) });
  const glass = lens(t("page.lens-pixel"), w, h, move);
  const swatch = el("span", { class: "swatch", "aria-hidden": "true" });
  const latent = STEPS ? gridOf(STEPS.frames[0].latent) : null;
  const facts = [t("image.size", { width: w, height: h, count: grouped(data.count) })];
  if (latent) facts.push(t("image.latent", { count: grouped(latent.data.length), times: whole(data.count / latent.data.length) }));
  facts.push(t("image.clipped", { count: grouped(Math.round(data.clipped * data.count)), share: percent(data.clipped) }));
  const node = el("div", { class: "split" }, shown.node,
    el("div", {}, glass.node, el("ul", { class: "plain" }, ...facts.map((text) => el("li", {}, text)))));
  const update = () => {
    if (!pixels) return;
    const [x, y] = pixel;
    const [r, g, b] = pixels.subarray(4 * (y * w + x));
    shown.point(x, y);
    swatch.style.background = `rgb(${r} ${g} ${b})`;
    const cell = latent ? el("p", { class: "facts" }, t("image.cell", { column: Math.floor((x * latent.w) / w) + 1, row: Math.floor((y * latent.h) / h) + 1 })) : "";
    glass.set(x, y, el("p", {}, swatch, t("image.pixel", { r, g, b })), cell);
  };
  loaded(data.picture, (image) => {
    shown.show(image);
    pixels = pixelsOf(image);
    shown.say(t("page.every-pixel"), [], data.said[chosen.language]);
    update();
  });
  return { node, update };
}
