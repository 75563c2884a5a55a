"""The world of the pocket model: its words, its colours, its captions and what is held out.

Everything here is plain data and needs nothing but the standard library, so that training, judge
and sheets speak of the same pictures.
"""

import random
import re
from pathlib import Path

HERE = Path(__file__).resolve().parent

THINGS = [
    *("cat", "fish", "tree", "house", "boat", "flower", "star", "car"),
    *("bird", "cup", "key", "apple", "heart", "mushroom", "umbrella", "butterfly"),
    *("sun", "moon", "rabbit", "turtle", "rocket", "hat", "balloon", "crown"),
]

# A thing's colour: fill, dark, light, line. The last three belong to the drawing's shading.
COLOURS = {
    "red": ((214, 40, 40), (150, 22, 26), (240, 122, 112), (84, 12, 16)),
    "orange": ((245, 130, 20), (190, 88, 8), (255, 184, 104), (104, 46, 4)),
    "yellow": ((248, 210, 40), (204, 160, 16), (255, 236, 142), (112, 82, 4)),
    "green": ((40, 150, 62), (20, 100, 40), (122, 204, 128), (8, 56, 22)),
    "blue": ((36, 92, 214), (18, 56, 150), (118, 164, 245), (8, 28, 88)),
    "purple": ((130, 54, 176), (86, 28, 122), (190, 130, 226), (48, 12, 72)),
    "black": ((42, 42, 48), (24, 24, 28), (104, 104, 114), (6, 6, 8)),
    "white": ((248, 248, 246), (208, 210, 214), (255, 255, 255), (92, 96, 104)),
}

BACKGROUNDS = {
    "red": (222, 70, 70),
    "yellow": (250, 222, 92),
    "green": (96, 184, 104),
    "blue": (88, 148, 232),
    "pink": (250, 168, 196),
    "white": (250, 250, 250),
    "gray": (150, 152, 158),
    "black": (28, 28, 32),
}

# Words that the export gives the vector of another one.
ALIKE = {"grey": "gray"}

# How a caption is put: pattern, and how often. A word that is left out is free in the picture.
FORMS = (
    ("a {colour} {thing} on a {background} background", 0.70),
    ("a {colour} {thing}", 0.05),
    ("{colour} {thing} on {background}", 0.05),
    ("a {colour} {thing} on {background}", 0.03),
    ("a {thing} on a {background} background", 0.03),
    ("{colour} {thing}", 0.02),
    ("a {thing}", 0.02),
    ("", 0.10),
)
OTHER = ["a", "on", "background", "an"]


def pairs():
    """All colour and background pairs that a picture may have: never twice the same colour."""
    return [(c, b) for c in COLOURS for b in BACKGROUNDS if c != b]


def held_out():
    """The combinations that no training picture shows: 6 of the 58 pairs of each thing."""
    chosen = set()
    for thing in THINGS:
        order = pairs()
        random.Random("held out " + thing).shuffle(order)
        # The prompts that the documents show stay in training, so that the held-out set is honest
        # about itself and the example is not a claim of its own.
        order = [p for p in order if (p[0], thing, p[1]) != ("red", "cat", "blue")]
        chosen.update((colour, thing, background) for colour, background in order[:6])
    return chosen


def combinations():
    """All combinations that training may show, as (colour, thing, background)."""
    out = held_out()
    return [(c, t, b) for t in THINGS for c, b in pairs() if (c, t, b) not in out]


def caption(colour, thing, background, form=0):
    """The sentence for a combination, with the article that the next word asks for."""
    text = FORMS[form][0].format(colour=colour, thing=thing, background=background)
    return re.sub(r"\ba (?=[aeiou])", "an ", text)


def words():
    """Every word that occurs in a caption, in a fixed order."""
    return list(dict.fromkeys([*THINGS, *COLOURS, *BACKGROUNDS, *OTHER]))


def drawing(thing):
    """The body of a thing's drawing: what stands between its style and its end."""
    text = (HERE / "drawings" / f"{thing}.svg").read_text()
    return re.search(r"</style>\n(.*)</svg>", text, re.DOTALL).group(1)
