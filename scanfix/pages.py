"""Which pages of a document are wanted?"""

from __future__ import annotations

import re
from dataclasses import dataclass

from scanfix.errors import ConfigError, InputError

_RANGE = re.compile(r"(\d{1,6})(?:-(\d{1,6}))?")


@dataclass(frozen=True, slots=True)
class Pages:
    """Ranges of pages, both ends included, counted from 1; none for all pages.

    The default is the first page, and a finding that there are others.
    """

    ranges: tuple[tuple[int, int], ...] = ((1, 1),)
    is_default: bool = True

    @classmethod
    def parse(cls, text: str | None) -> Pages:
        """ "all", "1", "1-3" or "1,3-5"; None is the default. Raises ConfigError."""
        if text is None:
            return cls()
        if not isinstance(text, str):
            raise ConfigError("bad_option", option="pages", value=text)
        if text.strip().lower() == "all":
            return cls((), is_default=False)
        found = [_RANGE.fullmatch(part.strip()) for part in text.split(",")]
        ranges = tuple((int(m[1]), int(m[2] or m[1])) for m in found if m)
        if len(ranges) != len(found) or not all(1 <= first <= last for first, last in ranges):
            raise ConfigError("bad_option", option="pages", value=text)
        return cls(ranges, is_default=False)

    def __str__(self) -> str:
        return ",".join(f"{a}-{b}" if b > a else str(a) for a, b in self.ranges) or "all"

    def among(self, count: int) -> tuple[int, ...]:
        """The wanted ones of so many pages, in order; "1-9" takes those of the nine that are there.

        Raises InputError where a range has none.
        """
        beyond = tuple((first, last) for first, last in self.ranges if first > count)
        if beyond:
            raise InputError("no_such_page", pages=str(Pages(beyond)), count=count)
        return tuple(
            page
            for page in range(1, count + 1)
            if not self.ranges or any(first <= page <= last for first, last in self.ranges)
        )
