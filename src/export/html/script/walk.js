/* The walk through the page: the rail of stages, the keys, the language, where one is. */

const STAGES = [
  ["tokens", DATA.tokens, tokensStage], ["embeddings", DATA.embeddings, embeddingsStage],
  ["schedule", DATA.schedule, scheduleStage], ["encode", DATA.encode, encodeStage], ["noise", DATA.noise, noiseStage],
  ["step", DATA.steps, stepStage], ["decode", DATA.decode, decodeStage], ["image", DATA.image, imageStage],
].filter(([, data]) => data);

const main = document.querySelector("main");
const rail = document.getElementById("rail");
const live = document.getElementById("live");
const [back, next] = ["back", "next"].map((id) => document.getElementById(id));
const here = { stage: 0, step: 0 };
let built = new Map();

/* How many frames a stage has: only the steps have more than one. */
const framesOf = (stage) => (STAGES[stage][0] === "step" ? STEPS.frames.length : 1);

function go(name, step = here.step) {
  here.stage = Math.max(0, STAGES.findIndex(([stem]) => stem === name));
  here.step = step;
  show(true);
}

function move(by) {
  const step = here.step + by;
  if (STAGES[here.stage][0] === "step" && step >= 0 && step < STEPS.frames.length) return go("step", step);
  const stage = here.stage + by;
  if (stage < 0 || stage >= STAGES.length) return;
  go(STAGES[stage][0], STAGES[stage][0] === "step" ? (by > 0 ? 0 : STEPS.frames.length - 1) : here.step);
}

/* Something shared was chosen: the stage on show draws again. */
function change(what) {
  Object.assign(chosen, what);
  built.get(STAGES[here.stage][0])?.update();
}

/* The section of a stage, built when it is first shown. */
function stageOf(index) {
  const [name, , make] = STAGES[index];
  if (!built.has(name)) {
    const stage = make();
    const unguided = name === "step" && !DATA.settings.guided;
    const said = name === "image" ? "page.note-image" : undefined;
    const heading = el("h2", { class: "vh", id: `stage-${name}` }, `${index + 1}. ${t(`rail.${name}`)}`);
    stage.section = el("section", { "aria-labelledby": `stage-${name}` }, heading, note(unguided ? "step-unguided" : name, said), stage.node);
    main.append(stage.section);
    built.set(name, stage);
  }
  return built.get(name);
}

function show(moved = false) {
  const name = STAGES[here.stage][0];
  const stage = stageOf(here.stage);
  for (const other of built.values()) other.section.hidden = other !== stage;
  stage.update(here.step);
  [...rail.children].forEach((item, i) => {
    const button = item.firstChild;
    button.classList.toggle("past", i < here.stage);
    if (i !== here.stage) return button.removeAttribute("aria-current");
    button.setAttribute("aria-current", "step");
    rail.scrollLeft = item.offsetLeft - (rail.clientWidth - item.offsetWidth) / 2;
  });
  back.disabled = here.stage === 0 && !(name === "step" && here.step > 0);
  next.disabled = here.stage === STAGES.length - 1 && !(name === "step" && here.step < framesOf(here.stage) - 1);
  pictures.forEach(fit);
  if (!moved) return;
  live.textContent = stage.said?.() ?? t(`rail.${name}`);
  try {
    history.replaceState(null, "", `#${name}${name === "step" ? `-${here.step + 1}` : ""}`);
  } catch { /* Some browsers refuse it for files; the place is then only not in the address. */ }
}

/* Everything that the language changes. */
function speak(language) {
  const s = DATA.settings;
  chosen.language = language;
  document.documentElement.lang = language;
  for (const node of document.querySelectorAll("[data-word]")) node.textContent = t(node.dataset.word);
  for (const button of document.querySelectorAll("[data-language]")) button.setAttribute("aria-pressed", String(button.dataset.language === language));
  rail.parentElement.setAttribute("aria-label", t("page.stages"));
  const facts = [t("title.seed", { seed: s.seed }), t("title.steps", { steps: s.steps }), s.sampler,
    s.guided ? t("page.guidance", { guidance: s.guidance }) : t("title.unguided"), `${s.width}\u00d7${s.height}`, s.model];
  document.getElementById("facts").replaceChildren(...facts.map((text) => el("li", {}, el("bdi", {}, text))));
  const prompt = document.getElementById("prompt");
  if (!s.prompt) prompt.textContent = t("title.empty-prompt");
  document.getElementById("made").textContent = t("page.made", { program: DATA.program });
  rail.replaceChildren(...STAGES.map(([name], i) =>
    el("li", {}, el("button", { type: "button", onclick: () => go(name) }, el("span", { class: "nth", "aria-hidden": "true" }, String(i + 1)), t(`rail.${name}`)))));
  pictures.clear();
  built = new Map();
  main.replaceChildren();
  show();
}

/* The place that an address such as page.html#step-7 names. */
function fromAddress() {
  const [name, step] = location.hash.slice(1).split("-");
  const stage = STAGES.findIndex(([stem]) => stem === name);
  if (stage < 0) return;
  here.stage = stage;
  if (name === "step") here.step = Math.min(Math.max(0, (Number(step) || 1) - 1), framesOf(stage) - 1);
}

/* Left and right walk, except where they already mean something. */
document.addEventListener("keydown", (event) => {
  if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey || event.defaultPrevented) return;
  if (event.target.closest("input, select, textarea, .scroll")) return;
  if (event.key === "ArrowRight") move(1);
  else if (event.key === "ArrowLeft") move(-1);
  else return;
  event.preventDefault();
});
back.addEventListener("click", () => move(-1));
next.addEventListener("click", () => move(1));
for (const button of document.querySelectorAll("[data-language]")) button.addEventListener("click", () => speak(button.dataset.language));
darkGround.addEventListener("change", () => show());
window.addEventListener("hashchange", () => { fromAddress(); show(); });

/* At first, the piece whose map differs most from cell to cell at the end. */
let widest = 0;
for (let row = 1; STEPS && row <= (DATA.tokens?.kept ?? 0); row++) {
  const shares = sharesOf(STEPS.frames[STEPS.frames.length - 1], row);
  if (!shares) break;
  const all = Array.from({ length: shares.w * shares.h }, (_, i) => shares.at(i % shares.w, Math.floor(i / shares.w)));
  const { min, max } = statistics(all);
  if (max - min > widest) [widest, chosen.piece] = [max - min, row];
}
const middle = gridOf(DATA.noise?.grid ?? STEPS?.frames[0].latent);
if (middle) chosen.cell = [Math.floor(middle.w / 2), Math.floor(middle.h / 2)];
fromAddress();
document.body.classList.add("ready");
speak(chosen.language);
