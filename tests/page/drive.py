"""The HTML page of a walk in a real browser, without a head.

How to run it: a Chromium (`apt install chromium fonts-noto-cjk`), its driver and axe-core, none of
which the program needs:

    pip install playwright==1.65.2              # only the driver: no browser is downloaded
    npm install axe-core@4.14.1
    cargo build --release
    python tests/page/drive.py target/release/safelight node_modules/axe-core/axe.min.js

It records a walk of the model inside, exports it, opens the page from file:// and holds it to what
it promises: no request, no error, every stage reached by buttons and keys, numbers under the
pointer that are those of the recording, attention that changes with the piece, sliders by keyboard,
no finding of axe-core in either scheme or language, 360 pixels of width, and a hostile prompt that
does nothing. `--screenshots FOLDER` keeps pictures of what it saw. Exit code 0 means that all held.
"""

import argparse
import json
import re
import subprocess
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

PROMPT = "a red cat on a blue background"
HOSTILE = "</script><img src=x onerror=\"document.title='run'\"><svg onload=alert(1)> {{walk}}"
STAGES = ["tokens", "embeddings", "schedule", "noise", "step", "decode", "image"]
# Keys of the catalogue that were not found would be shown as they are.
BARE_KEY = re.compile(r"\b(page|rail|notes|title|tokens|embeddings|schedule|noise|step|decode|image)\.[a-z][a-z-]+\b")


def export(program, folder, prompt, name, *flags):
    """Records a walk (with `flags`) and exports it; gives the page and what `--json` said."""
    recording, page = folder / f"{name}.safetensors", folder / f"{name}.html"
    walk = [program, "run", "--prompt", prompt, "--seed", "7", "--json", "--quiet"]
    walk += ["--record", recording, "--force", *flags]
    said = subprocess.run(walk, check=True, capture_output=True, text=True).stdout
    subprocess.run([program, "export", recording, "--html", page, "--quiet", "--lang", "en"], check=True)
    return page, [json.loads(line) for line in said.splitlines()]


class Opened:
    """A page in a browser that is listened to."""

    def __init__(self, browser, path, place="", width=1280, height=800, scheme="dark", scale=1):
        size = {"width": width, "height": height}
        self.context = browser.new_context(
            viewport=size, color_scheme=scheme, device_scale_factor=scale, reduced_motion="reduce"
        )
        self.page = self.context.new_page()
        self.heard, self.asked = [], []
        self.page.on("console", lambda message: self.heard.append(message.text))
        self.page.on("pageerror", lambda error: self.heard.append(str(error)))
        self.page.on("dialog", lambda dialog: (self.heard.append(dialog.message), dialog.dismiss()))
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.page.goto(path.as_uri() + place)
        self.page.wait_for_selector("main section:visible")

    def visible(self, selector):
        return self.page.locator(f"main section:visible {selector}")

    def stage(self):
        return self.page.locator("#rail [aria-current]").inner_text().split("\n")[-1].strip()

    def figure(self, name):
        return self.visible("figure.picture").filter(has=self.page.locator(f".name:text-is('{name}')"))

    def pixels(self, locator):
        return locator.evaluate("c => c.toDataURL()")

    def close(self):
        outside = [url for url in self.asked if not url.startswith(("file:", "data:"))]
        assert outside == [], outside
        assert sum(url.startswith("file:") for url in self.asked) == 1, self.asked
        assert self.heard == [], self.heard
        self.context.close()


def walks_by_buttons_and_keys(open_page):
    seen = open_page()
    page = seen.page
    assert page.locator("h1").inner_text() == PROMPT
    for number, button in enumerate(page.locator("#rail button").all()):
        button.click()
        assert page.evaluate("location.hash").startswith("#" + STAGES[number])
        text = page.locator("body").inner_text()
        assert not BARE_KEY.search(text), BARE_KEY.search(text)
        assert seen.visible(".note").count() == 1
    assert page.locator("#next").is_disabled()
    page.locator("#rail button").first.click()
    assert page.locator("#back").is_disabled()
    page.locator("body").press("ArrowRight")
    assert seen.stage() == "embeddings"
    page.locator("body").press("ArrowLeft")
    assert seen.stage() == "tokens"
    presses = 0
    while not page.locator("#next").is_disabled():
        page.locator("body").press("ArrowRight")
        presses += 1
    assert presses == 6 + 19, presses
    assert seen.stage() == "image"
    seen.close()


def reads_numbers_under_the_pointer(open_page, said):
    noise = next(line for line in said if line["stage"] == "noise")
    seen = open_page("#noise")
    box = seen.figure("channel 1").locator(".box")
    size = box.bounding_box()
    cell = size["width"] / 16
    for column in range(3):
        box.hover(position={"x": (column + 0.5) * cell, "y": 0.5 * cell})
        value = seen.visible(".lens tbody td").first.inner_text().replace("\u2212", "-")
        assert abs(float(value) - noise["first"][column]) < 2e-3, (value, noise["first"][column])
        assert seen.visible(".lens input").first.input_value() == str(column + 1)
    seen.close()

    # The lens by keyboard says the same as the pointer; one cell is four numbers.
    seen = open_page("#step-7")
    box = seen.figure("x0, a guess").locator(".box")
    cell = box.bounding_box()["width"] / 16
    box.hover(position={"x": 4.5 * cell, "y": 2.5 * cell})
    pointed = seen.visible(".lens table").inner_text()
    seen.page.mouse.move(0, 0)
    for field, place in zip(seen.visible(".lens input").all(), ("5", "3")):
        field.fill("1")
        field.fill(place)
    assert seen.visible(".lens table").inner_text() == pointed
    assert seen.visible(".lens tbody tr").count() == 6
    assert seen.visible(".lens tbody tr").first.locator("td").count() == 4
    assert "common scale" in pointed
    seen.close()

    seen = open_page("#image")
    box = seen.visible("figure.picture .box")
    box.hover(position={"x": 3, "y": 3})
    text = seen.visible(".lens").inner_text()
    pixel = [int(n) for n in re.search(r"R (\d+)\s+G (\d+)\s+B (\d+)", text).groups()]
    first = seen.visible("figure.picture canvas").evaluate("c => Array.from(c.getContext('2d').getImageData(0, 0, 1, 1).data)")
    assert pixel == first[:3], (pixel, first)
    seen.close()

    seen = open_page("#tokens")
    seen.visible(".places li").nth(3).hover()
    assert "2,368" in seen.visible(".reading").last.inner_text()
    assert "cat" in seen.visible(".reading").last.inner_text()
    seen.close()


def lights_what_cells_took_from_a_piece(open_page):
    seen = open_page("#step-7")
    layer, film = seen.visible(".lit canvas.layer"), seen.visible(".film canvas.layer").nth(3)
    piece = lambda name: seen.visible(".pieces label").filter(has_text=re.compile(f"^{name}$"))
    maps = []
    for name in ("cat", "blue", "start mark", "padding"):
        piece(name).click()
        assert seen.visible(".lit .name").inner_text() == f"attention: {name}"
        maps.append((seen.pixels(layer), seen.pixels(film)))
    assert len(set(maps)) == 4 and len({film for _, film in maps}) == 4
    # By keyboard: arrows inside the choice turn the piece, not the page.
    piece("red").click()
    seen.page.keyboard.press("ArrowRight")
    assert seen.visible(".lit .name").inner_text() == "attention: cat"
    assert seen.page.evaluate("location.hash") == "#step-7"
    # Another step, another map; the same choice.
    before = seen.pixels(layer)
    seen.visible(".film button").nth(15).click()
    assert seen.page.evaluate("location.hash") == "#step-16"
    assert seen.pixels(layer) != before
    # Over the picture instead of the guess.
    base = seen.visible(".lit canvas").first
    guess = seen.pixels(base)
    seen.visible(".controls select").nth(1).select_option("1")
    assert seen.pixels(base) != guess
    seen.visible(".controls input[type=checkbox]").uncheck()
    assert layer.is_hidden()
    text = seen.visible(".pictures ~ .facts").first.inner_text()
    assert "how much each cell took" in text and "not why" in text
    seen.close()


def slides_by_keyboard(open_page):
    seen = open_page("#step-1")
    slider = seen.visible("input[type=range]")
    slider.focus()
    before = seen.pixels(seen.figure("x0, a guess").locator("canvas"))
    for _ in range(3):
        seen.page.keyboard.press("ArrowRight")
    assert "step 4 of 20" in slider.get_attribute("aria-valuetext")
    assert "step 4 of 20" in seen.page.locator("#live").inner_text()
    assert seen.pixels(seen.figure("x0, a guess").locator("canvas")) != before
    seen.page.keyboard.press("End")
    assert seen.page.evaluate("location.hash") == "#step-20"
    cursor = seen.visible("svg .cursor").first.get_attribute("x1")
    seen.page.keyboard.press("Home")
    assert seen.visible("svg .cursor").first.get_attribute("x1") != cursor
    # It runs on by itself, and stops when asked.
    run = seen.visible("button.run")
    run.click()
    assert run.get_attribute("aria-pressed") == "true"
    seen.page.wait_for_selector(".film [aria-label^='step 4 of 20'][aria-current=step]")
    run.click()
    assert run.get_attribute("aria-pressed") == "false"
    seen.close()
    # A noise level, and a layer.
    for place in ("#schedule", "#embeddings"):
        seen = open_page(place)
        slider = seen.visible("input[type=range]")
        slider.press("Home")
        before = slider.get_attribute("aria-valuetext")
        canvas = seen.visible("figure.picture canvas").first
        drawn = seen.pixels(canvas)
        slider.press("ArrowRight")
        assert slider.get_attribute("aria-valuetext") != before
        assert seen.pixels(canvas) != drawn
        seen.close()


def claims_only_what_is_true(open_page):
    seen = open_page("#step-7")
    assert re.search(r"preview, R² 0\.\d\d", seen.figure("x0, a guess").inner_text())
    assert re.search(r"preview, R² 0\.\d\d", seen.figure("noisy latent x_t").inner_text())
    for picture in seen.visible("canvas[role=img]").all():
        assert len(picture.get_attribute("aria-label")) > 10
    for plot in seen.visible("svg[role=img]").all():
        assert re.search(r"from .* to ", plot.get_attribute("aria-label"))
    seen.close()
    seen = open_page("#image")
    label = seen.visible("canvas[role=img]").get_attribute("aria-label")
    assert "The background is blue" in label, label
    seen.close()


def speaks_two_languages(open_page):
    seen = open_page("#step-7")
    assert seen.page.evaluate("document.documentElement.lang") == "en"
    seen.page.locator("[data-language=zh]").click()
    assert seen.page.evaluate("document.documentElement.lang") == "zh"
    assert seen.stage() == "去噪"
    assert "第 7 步" in seen.visible("output").first.inner_text()
    for button in seen.page.locator("#rail button").all():
        button.click()
        assert not BARE_KEY.search(seen.page.locator("body").inner_text())
    assert "蓝" in seen.visible("canvas[role=img]").get_attribute("aria-label")
    seen.close()
    # And at every stage, back and forth.
    for stage in STAGES:
        seen = open_page(f"#{stage}")
        for language in ("zh", "en"):
            seen.page.locator(f"[data-language={language}]").click()
        seen.visible(".note").wait_for()
        assert seen.page.locator("main section").count() == 1
        seen.close()


def fits_and_is_accessible(open_page, axe):
    for width, scheme in ((1280, "dark"), (1280, "light"), (360, "dark")):
        for language in ("en", "zh"):
            seen = open_page(width=width, scheme=scheme)
            seen.page.locator(f"[data-language={language}]").click()
            seen.page.evaluate(axe)
            for number, stage in enumerate(STAGES):
                seen.page.locator("#rail button").nth(number).click()
                for details in seen.visible("details").all():
                    details.evaluate("d => d.open = true")
                assert seen.page.evaluate("document.documentElement.scrollWidth") <= width, stage
                found = seen.page.evaluate("axe.run()")["violations"]
                told = [(one["id"], one["impact"], one["nodes"][0]["html"][:160]) for one in found]
                assert told == [], (width, scheme, language, stage, told)
            seen.close()


def cells_stay_whole(open_page):
    for width, scale in ((1280, 1), (1000, 1.5), (390, 3)):
        seen = open_page("#step-7", width=width, scale=scale)
        for canvas in seen.visible("figure.picture canvas[role=img]").all():
            each = canvas.evaluate("c => c.getBoundingClientRect().width * devicePixelRatio / c.width")
            assert each >= 1 and abs(each - round(each)) < 0.02, (width, scale, each)
            assert canvas.evaluate("c => getComputedStyle(c).imageRendering") == "pixelated"
        seen.close()


def hostile_words_do_nothing(browser, path):
    seen = Opened(browser, path)
    title = seen.page.title()
    for button in seen.page.locator("#rail button").all():
        button.click()
        for label in seen.visible(".pieces label").all():
            label.click()
    assert seen.page.title() == title and title.startswith("</script><img src=x")
    assert seen.page.locator("h1").inner_text() == HOSTILE
    assert seen.page.locator("img, svg[onload]").count() == 0
    seen.close()


def opens_whatever_there_is(browser, others, axe):
    """An empty prompt without guidance, more pieces than fit, a walk that ended early."""
    for path, stages in others:
        seen = Opened(browser, path, width=390)
        seen.page.evaluate(axe)
        buttons = seen.page.locator("#rail button").all()
        assert len(buttons) == stages, path
        for button in buttons:
            button.click()
            assert seen.visible(".note").count() == 1
            assert seen.page.evaluate("document.documentElement.scrollWidth") <= 390, path
            found = seen.page.evaluate("axe.run()")["violations"]
            assert [one["id"] for one in found] == [], (path, [one["nodes"][0]["html"][:200] for one in found])
        seen.close()
    seen = Opened(browser, others[0][0], "#step-3")
    assert "call 3 of 6" in seen.visible("output").first.inner_text()
    assert "Guidance is off" in seen.visible(".note").inner_text()
    assert "guidance is off" in seen.visible(".plots").inner_text()
    assert seen.visible("figure.picture").count() == 4
    seen.close()


def take_pictures(browser, path, folder):
    folder.mkdir(parents=True, exist_ok=True)
    for name, width, height, scheme, scale, language in (
        ("dark", 1280, 800, "dark", 1, "en"), ("light", 1280, 800, "light", 1, "en"),
        ("zh", 1280, 800, "light", 1, "zh"), ("phone", 390, 844, "dark", 2, "en"),
    ):
        for stage in STAGES:
            place = "#step-12" if stage == "step" else f"#{stage}"
            seen = Opened(browser, path, place, width, height, scheme, scale)
            seen.page.locator(f"[data-language={language}]").click()
            seen.page.mouse.move(0, 0)
            seen.page.screenshot(path=folder / f"{name}-{stage}.png")
            seen.close()


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("program", type=Path)
    arguments.add_argument("axe", type=Path)
    arguments.add_argument("--chromium", default="/usr/bin/chromium")
    arguments.add_argument("--screenshots", type=Path)
    given = arguments.parse_args()
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as driver:
        folder = Path(folder)
        path, said = export(given.program, folder, PROMPT, "walk")
        hostile, _ = export(given.program, folder, HOSTILE, "hostile")
        others = [
            (export(given.program, folder, "", "unguided", "--guidance", "1", "--sampler", "pndm", "--steps", "5")[0], 7),
            (export(given.program, folder, "red " * 90, "long", "--sampler", "euler", "--steps", "3")[0], 7),
            (export(given.program, folder, PROMPT, "early", "--until", "noise")[0], 4),
        ]
        assert path.stat().st_size < 1_500_000, path.stat().st_size
        browser = driver.chromium.launch(executable_path=given.chromium, args=["--no-sandbox"])
        open_page = lambda *place, **how: Opened(browser, path, *place, **how)
        tests = [
            ("walks by buttons and keys", lambda: walks_by_buttons_and_keys(open_page)),
            ("reads numbers under the pointer", lambda: reads_numbers_under_the_pointer(open_page, said)),
            ("lights what cells took from a piece", lambda: lights_what_cells_took_from_a_piece(open_page)),
            ("slides by keyboard", lambda: slides_by_keyboard(open_page)),
            ("claims only what is true", lambda: claims_only_what_is_true(open_page)),
            ("speaks two languages", lambda: speaks_two_languages(open_page)),
            ("cells stay whole", lambda: cells_stay_whole(open_page)),
            ("hostile words do nothing", lambda: hostile_words_do_nothing(browser, hostile)),
            ("opens whatever there is", lambda: opens_whatever_there_is(browser, others, given.axe.read_text())),
            ("fits and is accessible", lambda: fits_and_is_accessible(open_page, given.axe.read_text())),
        ]
        for name, test in tests:
            test()
            print(f"{name}: ok", flush=True)
        if given.screenshots:
            take_pictures(browser, path, given.screenshots)
        browser.close()
        print(f"all held; the page has {path.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
