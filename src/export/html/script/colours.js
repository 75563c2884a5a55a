/* Numbers to colours through the program's own maps, and the preview of a latent. */

const darkGround = matchMedia("(prefers-color-scheme: dark)");
const MAPS = Object.fromEntries(Object.entries(DATA.maps).map(([name, text]) => [name, bytesOf(text)]));

function fromMap(map, place) {
  const i = 3 * Math.round(255 * Math.min(1, Math.max(0, place)));
  return [map[i], map[i + 1], map[i + 2]];
}

/* Signed: blue below zero, orange above, full at ± limit. */
function signed(value, limit) {
  const map = darkGround.matches ? MAPS.signedDark : MAPS.signedLight;
  const place = limit > 0 && Number.isFinite(value) ? value / limit : 0;
  return fromMap(map, place / 2 + 0.5);
}

/* Unsigned: dark is little, yellow is much. */
function unsigned(value, high) {
  return fromMap(MAPS.unsigned, high > 0 && Number.isFinite(value) ? value / high : 0);
}

/* The linear map from four numbers to a colour: an approximation, never the VAE. */
function preview(grid, x, y) {
  const { matrix, bias } = DATA.card.preview;
  return bias.map((start, c) => {
    let sum = start;
    for (let plane = 0; plane < grid.planes; plane++) sum += at(grid, plane, x, y) * matrix[plane][c];
    return Math.round(255 * Math.min(1, Math.max(0, sum)));
  });
}

const canPreview = (grid) => DATA.card.preview && DATA.card.preview.matrix.length === grid.planes;

/* Black or white, whichever stands out more: by relative luminance, as WCAG counts contrast, one
   of them always reaches 4.5. */
function inkOn(colour) {
  const [r, g, b] = colour.map((byte) => (byte <= 10 ? byte / 3294.6 : ((byte / 255 + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b > 0.179 ? "#000" : "#fff";
}
