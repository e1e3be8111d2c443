"""How is a flat document printed? In millimetres, background first, then ink.

A Sheet is measured in millimetres from its top left corner, so that one drawing serves
every resolution. Han text brings its Latin twin for machines without a Chinese font.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw

from draw.fonts import SYSTEM, Family, Font, Fonts
from draw.light import Light, Pixels, rounded

Colour = tuple[int, int, int]
INK: Colour = (34, 33, 36)


@dataclass(frozen=True, slots=True)
class Words:
    """One text in both scripts."""

    han: str
    latin: str


@dataclass(slots=True)
class Sheet:
    """A document in the press: an RGB picture and the number of pixels in a millimetre."""

    image: Image.Image
    per_mm: float
    fonts: Fonts = SYSTEM

    @classmethod
    def of(cls, tones: Light, per_mm: float, fonts: Fonts) -> Sheet:
        """A sheet with this background (sRGB tones 0..255)."""
        return cls(Image.fromarray(rounded(tones)), per_mm, fonts)

    def px(self, millimetres: float) -> int:
        return round(millimetres * self.per_mm)

    def font(self, family: Family, cap_mm: float) -> Font:
        """A font whose capitals are about `cap_mm` high."""
        return self.fonts.get(family, round(cap_mm * self.per_mm / 0.72))

    def words(self, words: Words | str) -> str:
        """The twin that this machine can draw."""
        if isinstance(words, str):
            return words
        return words.han if self.fonts.has_han else words.latin

    def text(
        self,
        at: tuple[float, float],
        words: Words | str,
        cap_mm: float,
        *,
        family: Family = "han",
        ink: Colour = INK,
        anchor: str = "ls",
        spacing_mm: float = 0.0,
    ) -> None:
        """Print one line; `at` is its anchor (PIL's letters: left/middle/right, baseline/middle/top)."""
        font, line, draw = self.font(family, cap_mm), self.words(words), ImageDraw.Draw(self.image)
        x, y = at[0] * self.per_mm, at[1] * self.per_mm
        if not spacing_mm:
            draw.text((x, y), line, ink, font, anchor=anchor)
            return
        widths = [font.getlength(sign) + spacing_mm * self.per_mm for sign in line]
        x -= {"l": 0.0, "m": 0.5, "r": 1.0}[anchor[0]] * (sum(widths) - spacing_mm * self.per_mm)
        for sign, width in zip(line, widths, strict=True):
            draw.text((x, y), sign, ink, font, anchor="l" + anchor[1])
            x += width

    def rule(self, box: tuple[float, float, float, float], ink: Colour, width_mm: float) -> None:
        """A frame of lines."""
        ImageDraw.Draw(self.image).rectangle(
            tuple(self.px(side) for side in box), outline=ink, width=max(1, self.px(width_mm))
        )

    def paste(self, at: tuple[float, float], stamp: Image.Image) -> None:
        """Lay an RGBA picture with its middle at `at`."""
        x, y = self.px(at[0]) - stamp.width // 2, self.px(at[1]) - stamp.height // 2
        self.image.paste(stamp, (x, y), stamp)

    def overprint(
        self, words: Words | str, cap_mm: float, ink: Colour, angle: float, strength: float
    ) -> None:
        """A large pale word across the whole sheet, as copies are marked."""
        font, line = self.font("han-bold", cap_mm), self.words(words)
        mask = Image.new("L", self.image.size)
        ImageDraw.Draw(mask).text(
            (mask.width / 2, mask.height / 2), line, round(255 * strength), font, anchor="mm"
        )
        mask = mask.rotate(angle, Image.Resampling.BILINEAR)
        self.image.paste(Image.new("RGB", self.image.size, ink), (0, 0), mask)

    def pixels(self) -> Pixels:
        """The printed sheet."""
        return np.asarray(self.image, np.uint8)
