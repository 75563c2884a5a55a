/* The picture that the walk began from, its latent, and what the decoder makes of that at once. */

function encodeStage() {
  const data = DATA.encode;
  const grid = gridOf(data.latent);
  const shown = picture(t("encode.picture"), { largest: 400 });
  const back = data.back ? picture(t("encode.back"), { largest: 400 }) : null;
  const channels = Array.from({ length: grid.planes }, (_, n) => picture(`${t("encode.latent")}, ${t("noise.channel", { n: n + 1 })}`, { largest: 300 }));
  const story = [t("encode.fewer", { pixels: grouped(data.pixels), numbers: grouped(grid.data.length), times: whole(data.pixels / grid.data.length) }),
    t("encode.drawn", { scaling: data.scaling })];
  if (data.lost !== null) story.push(t("encode.lost", { lost: fixed(data.lost, 1) }));
  const node = el("div", {},
    el("p", { class: "story" }, story.join(" ")),
    el("div", { class: "pictures" }, shown.node, back?.node),
    el("div", { class: "pictures" }, ...channels.map((c) => c.node)),
    el("p", { class: "facts" }, t("page.colours-full", { limit: 3 })));
  loaded(data.picture.picture, (image) => {
    shown.show(image);
    shown.say("", []);
  });
  if (back) {
    loaded(data.back.picture, (image) => {
      back.show(image);
      back.say("", [t("encode.off-by", { lost: fixed(data.lost, 1) })]);
    });
  }
  let drawn = null;
  const update = () => {
    if (drawn === darkGround.matches) return;
    channels.forEach((c, n) => {
      c.paint(grid.w, grid.h, (x, y) => signed(at(grid, n, x, y), 3));
      c.say("\u00b13", [], t("page.cells", { w: grid.w, h: grid.h }));
    });
    drawn = darkGround.matches;
  };
  return { node, update };
}
