"""Which portals' rules are built in? `scanfix.profiles()` answers with all, the default first.

They are data: one TOML file per profile, each with its source, date and confidence. `load_profile` takes a
built-in name or alias, or as a `Path` a user's own TOML file. Rules that contradict each other, unknown keys
and wrong types are refused when the profile is made.
"""

from __future__ import annotations

import sys
from types import ModuleType

from scanfix.profiles.loader import load_profile, profile_names
from scanfix.profiles.profile import MOST_BYTES, ByteWindow, Confidence, Format, OutputProfile, Processing

__all__ = [
    "MOST_BYTES",
    "ByteWindow",
    "Confidence",
    "Format",
    "OutputProfile",
    "Processing",
    "load_profile",
    "profile_names",
]


class _Profiles(ModuleType):
    """This package, which answers as a function too: `scanfix.profiles()`."""

    def __call__(self) -> tuple[OutputProfile, ...]:
        """The built-in profiles, the default first."""
        return tuple(map(load_profile, profile_names()))


sys.modules[__name__].__class__ = _Profiles
