/* The page's data, its words in two languages, and numbers as people read them. */

const DATA = JSON.parse(document.getElementById("walk").textContent);
const MINUS = "\u2212";

/* What is chosen, shared by all stages. */
const chosen = { language: document.documentElement.lang, piece: 1, cell: [0, 0], channel: -1, laid: true };

/* The text of a key in the chosen language, its {placeholders} filled. */
function t(key, facts = {}) {
  const text = DATA.words[chosen.language][key] ?? key;
  return text.replace(/\{([\w-]+)\}/g, (whole, name) => facts[name] ?? whole);
}

/* With so many digits after the point, and the typographic minus. */
function fixed(value, digits) {
  if (value === null || value === undefined || Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return (value < 0 ? MINUS : "") + "\u221e";
  const text = Math.abs(value).toFixed(digits);
  return (value < 0 && /[1-9]/.test(text) ? MINUS : "") + text;
}

/* About three significant digits. */
function short(value) {
  const size = Math.abs(value);
  if (size === 0 || size >= 99.95) return fixed(value, 0);
  return fixed(value, size >= 9.995 ? 1 : size >= 0.0995 ? 2 : 3);
}

const whole = (value) => fixed(value, Number.isInteger(value) ? 0 : 1);
const grouped = (value) => String(value).replace(/\B(?=(\d{3})+$)/g, ",");
const percent = (share) => `${fixed(share * 100, share < 0.1 ? 1 : 0)} %`;
