/* Pictures cell by cell: whole-number scales only, a mark at the chosen cell, a pointer to read. */

const pictures = new Set();

/* The largest whole number of device pixels a cell that fits; a share of one where not even one
   does. */
function fit(picture) {
  if (!picture.node.isConnected || !picture.w) return;
  const room = picture.stand.clientWidth;
  if (!room) return;
  const fine = window.devicePixelRatio || 1;
  const most = Math.min(room, picture.largest) * fine;
  const scale = Math.floor(most / picture.w) || 1 / Math.ceil(picture.w / (room * fine));
  picture.box.style.width = `${(scale * picture.w) / fine}px`;
  picture.box.style.aspectRatio = `${picture.w} / ${picture.h}`;
  picture.canvas.classList.toggle("shrunk", scale < 1);
}

const sizes = new ResizeObserver(() => pictures.forEach(fit));

/* `colour(x, y)` gives red, green, blue and, where it does not hide what is below, how much it
   covers. */
function putPixels(canvas, w, h, colour) {
  if (canvas.width !== w || canvas.height !== h) [canvas.width, canvas.height] = [w, h];
  if (!w || !h) return;
  const pixels = new ImageData(w, h);
  for (let y = 0, i = 0; y < h; y++) {
    for (let x = 0; x < w; x++, i += 4) {
      const [r, g, b, cover = 255] = colour(x, y);
      pixels.data.set([r, g, b, cover], i);
    }
  }
  canvas.getContext("2d").putImageData(pixels, 0, 0);
}

/* A figure with its name over it, its look and its facts below. `onpoint(x, y)` hears the cell
   under the pointer. */
function picture(title, { largest = 340, onpoint = null, over = false } = {}) {
  const canvas = el("canvas", { role: "img", width: 1, height: 1 });
  const layer = over ? el("canvas", { "aria-hidden": "true", width: 1, height: 1, class: "layer" }) : null;
  const mark = el("span", { class: "mark", hidden: true });
  const box = el("div", { class: "box" }, canvas, layer, mark);
  const name = el("span", { class: "name" }, title);
  const look = el("span", { class: "look" });
  const facts = el("p", { class: "facts" });
  const stand = el("div", { class: "stand" }, box);
  const node = el("figure", { class: "picture" }, el("figcaption", {}, name, look), stand, facts);
  const self = { node, canvas, layer, box, stand, largest, w: 0, h: 0 };
  pictures.add(self);
  sizes.observe(stand);

  self.size = (w, h) => {
    if (canvas.width !== w || canvas.height !== h) [canvas.width, canvas.height] = [w, h];
    [self.w, self.h] = [w, h];
    fit(self);
  };
  self.paint = (w, h, colour, onto = canvas) => {
    if (onto === canvas) self.size(w, h);
    putPixels(onto, w, h, colour);
  };
  self.show = (image) => {
    self.size(image.width, image.height);
    canvas.getContext("2d").drawImage(image, 0, 0);
  };
  self.say = (lookText, factTexts, seen = "") => {
    look.textContent = lookText;
    facts.textContent = factTexts.join(" \u00b7 ");
    canvas.setAttribute("aria-label", [name.textContent, seen, lookText, ...factTexts].filter(Boolean).join(". "));
  };
  self.name = (text) => (name.textContent = text);
  self.point = (x, y, w = self.w, h = self.h) => {
    mark.hidden = false;
    Object.assign(mark.style, { left: `${(100 * x) / w}%`, top: `${(100 * y) / h}%`, width: `${100 / w}%`, height: `${100 / h}%` });
  };
  if (onpoint) {
    const hear = (event) => {
      const place = box.getBoundingClientRect();
      const share = [(event.clientX - place.left) / place.width, (event.clientY - place.top) / place.height];
      const [x, y] = [self.w, self.h].map((size, i) => Math.min(size - 1, Math.max(0, Math.floor(share[i] * size))));
      if (self.w) onpoint(x, y, self.w, self.h);
    };
    box.classList.add("read");
    box.addEventListener("pointermove", hear);
    box.addEventListener("pointerdown", hear);
  }
  return self;
}

/* A packed picture as something that can be drawn, once it is there. */
function loaded(packed, then) {
  if (packed.image?.complete) return then(packed.image);
  packed.image ??= Object.assign(new Image(), { src: packed.png });
  packed.image.addEventListener("load", () => then(packed.image), { once: true });
}

/* The pixels of a picture, four bytes each. */
function pixelsOf(image) {
  const canvas = el("canvas", { width: image.width, height: image.height });
  const pen = canvas.getContext("2d", { willReadFrequently: true });
  pen.drawImage(image, 0, 0);
  return pen.getImageData(0, 0, image.width, image.height).data;
}
