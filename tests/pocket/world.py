"""The world of the pocket model: its words, its colours, its captions and what is held out.

All of it is read from fixtures/pictures/world.toml, which the program reads too; a scene (what one
training picture shows, and how it is said) is a function of a seed and a number.
"""

import hashlib
import re
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from dice import Dice

PICTURES = Path(__file__).resolve().parents[2] / "fixtures" / "pictures"
WORLD = tomllib.loads((PICTURES / "world.toml").read_text())
THINGS = WORLD["things"]
DRAWINGS = WORLD["drawings"]
COLOURS = WORLD["colours"]
BACKGROUNDS = WORLD["backgrounds"]
ALIKE = WORLD["alike"]
SIZES = WORLD["sizes"]
SMALL, BIG = range(2)

SIZE_SAID = 0.4  # how often a caption says the size where it can
STRANGER = 0.04  # how often a word that is not in the world stands before the rest


def caption(colour, thing, background, pattern=WORLD["captions"][0]["pattern"], size=""):
    """The sentence for a combination, with the article that the next word asks for."""
    text = pattern.format(colour=colour, thing=thing, background=background, size=size)
    return re.sub(r"\ba (?=[aeiou])", "an ", text)


def is_held_out(colour, thing, background):
    """Whether no training picture shows this: one in ten, by the hash of its plain caption."""
    digest = hashlib.sha256(caption(colour, thing, background).encode()).digest()
    return int.from_bytes(digest[:8], "big") % 10 == 0


@cache
def combinations(held=False, things=len(THINGS)):
    """(colour, thing, background) that training shows, or that it never shows."""
    return [
        (c, t, b)
        for t in THINGS[:things]
        for c in COLOURS
        for b in BACKGROUNDS
        if c != b and is_held_out(c, t, b) == held
    ]


@dataclass(frozen=True)
class Stage:
    """How much of the world a part of the training shows."""

    things: int = len(THINGS)
    drawings: int = DRAWINGS
    sizes: tuple = (SMALL, BIG)


@dataclass(frozen=True)
class Scene:
    """One picture: what its caption says, and what it does not say."""

    colour: str
    thing: str
    background: str
    drawing: int
    size: int
    mirrored: bool
    tilt: float
    scale: float
    x: float
    y: float
    light: float
    ground_light: float
    caption: str


def scene(seed, number, stage=Stage(), held=False):
    """The scene of this number. The order of the draws is part of the recipe."""
    dice = Dice(seed, number)
    open_to = combinations(held, stage.things)
    colour, thing, background = open_to[dice.below(len(open_to))]
    drawing = 1 + dice.below(stage.drawings)
    size = stage.sizes[dice.below(len(stage.sizes))]
    mirrored = dice.below(2) == 1
    tilt = dice.uniform(-9, 9)
    low, high, reach = ((0.50, 0.56, 15.0), (0.76, 0.87, 5.0))[size]
    scale = dice.uniform(low, high)
    x, y = dice.uniform(-reach, reach), dice.uniform(-reach, reach)
    light, ground_light = dice.uniform(0.94, 1.05), dice.uniform(0.94, 1.04)
    pick, pattern = dice.uniform(), WORLD["captions"][-1]["pattern"]
    for form in WORLD["captions"]:
        pick -= form["share"]
        if pick < 0:
            pattern = form["pattern"]
            break
    words = list(SIZES.values())[size]
    said, word = dice.uniform() < SIZE_SAID, words[dice.below(len(words))]
    text = caption(colour, thing, background, pattern, word + " " if said else "")
    if dice.uniform() < STRANGER:
        text = re.sub(r"^(an? )?", "a strange ", text, count=1)
    return Scene(
        *(colour, thing, background, drawing, size, mirrored),
        *(tilt, scale, x, y, light, ground_light, text),
    )


def words():
    """Every word that occurs in a caption, in a fixed order."""
    sizes = [word for several in SIZES.values() for word in several]
    return list(dict.fromkeys([*THINGS, *COLOURS, *BACKGROUNDS, *sizes, *WORLD["others"]]))


@cache
def drawing(thing, number):
    """The body of a drawing: what stands between its style and its end."""
    text = (PICTURES / f"{thing}-{number}.svg").read_text()
    return re.search(r"</style>\n(.*)</svg>", text, re.DOTALL).group(1)
