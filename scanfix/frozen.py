"""A mapping that nobody changes, for the values that are handed out."""

from __future__ import annotations

from typing import Any, NoReturn, TypeVar

Key = TypeVar("Key")
Value = TypeVar("Value")


class Frozen(dict[Key, Value]):
    """Still a dict, as `json.dumps` and `dataclasses.asdict` know no other mapping. Copies by `copy`,
    `pickle` and `dict` are plain dicts; `asdict` builds read-only ones again."""

    __slots__ = ()

    def _refuse(self, *_: Any, **__: Any) -> NoReturn:
        raise TypeError("this mapping is read-only; dict(...) of it gives a copy to be changed")

    __setitem__ = __delitem__ = __ior__ = _refuse
    clear = pop = popitem = setdefault = update = _refuse

    def __reduce__(self) -> tuple[object, ...]:
        return dict, (dict(self),)
