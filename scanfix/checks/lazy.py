"""A property that is computed once, when first asked for: `functools.cached_property` without its lock.

Before Python 3.12 that lock is one for all objects of a class: photos in two threads wait for each other,
and a process that is forked meanwhile waits for ever. Here two threads that ask the same object at the same
moment both compute. What could not be computed is not tried again either: who asks next gets the same error.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, Self, TypeVar, overload

Value = TypeVar("Value")
FAILURES = "failures of lazy properties"
"""Where an object keeps them, in its own dictionary."""


class lazy(Generic[Value]):  # noqa: N801 - read as a decorator, like `property`
    """The value takes the place of the property in the object's own dictionary."""

    def __init__(self, compute: Callable[[Any], Value]) -> None:
        self._compute = compute
        self.__doc__ = compute.__doc__

    @overload
    def __get__(self, owner: None, _: type) -> Self: ...
    @overload
    def __get__(self, owner: object, _: type) -> Value: ...
    def __get__(self, owner: object | None, _: type) -> Self | Value:
        if owner is None:
            return self
        name, failures = self._compute.__name__, owner.__dict__.setdefault(FAILURES, {})
        if name in failures:
            # Without the frames of the first time, which hold whole pictures.
            raise failures[name].with_traceback(None)
        try:
            value = owner.__dict__[name] = self._compute(owner)
        except Exception as error:
            failures[name] = error
            raise
        return value
