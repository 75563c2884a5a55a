"""Chance that the program and these scripts draw alike: SplitMix64 over a few integer keys.

Every picture and every training step is a function of its keys, so a run can stop anywhere and a
second implementation can follow it number by number. Source: Steele, Lea and Flood, "Fast
splittable pseudorandom number generators", 2014.
"""

import math

MASK = (1 << 64) - 1


class Dice:
    """A stream of numbers that its keys decide."""

    def __init__(self, *keys):
        self.state = 0
        for key in keys:
            self.state ^= key & MASK
            self.state = self.next()

    def next(self):
        """64 bits."""
        self.state = (self.state + 0x9E3779B97F4A7C15) & MASK
        z = self.state
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
        return z ^ (z >> 31)

    def uniform(self, low=0.0, high=1.0):
        """A number from low up to high, of 53 bits."""
        return low + (high - low) * ((self.next() >> 11) * 2.0**-53)

    def below(self, count):
        """A whole number from 0 to count - 1."""
        return min(int(self.uniform() * count), count - 1)

    def normal(self):
        """A number of the standard normal distribution (Box and Muller, the cosine half)."""
        radius = math.sqrt(-2 * math.log(1 - self.uniform()))
        return radius * math.cos(2 * math.pi * self.uniform())
