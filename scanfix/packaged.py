"""Files that lie in the package beside the code that reads them: catalogues, profiles, weights.

`importlib.resources` would do, and costs ten milliseconds at every start.
"""

from __future__ import annotations

from pkgutil import get_data


def packaged(package: str, name: str) -> bytes:
    """The bytes of a file of this package, from a folder or a zip. Raises FileNotFoundError."""
    data = get_data(package, name)
    if data is None:
        raise FileNotFoundError(name)
    return data


def packaged_text(package: str, name: str) -> str:
    """The same, as UTF-8 text."""
    return packaged(package, name).decode()
