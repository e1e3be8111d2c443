"""A property that is computed when first asked for: `functools.cached_property` without its lock.

Before Python 3.12 that lock is one for all objects of a class: photos in two threads wait for each other,
and a process that is forked meanwhile waits for ever. Here two threads that ask the same object at the same
moment both compute.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, Self, TypeVar, overload

Value = TypeVar("Value")


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
        value = owner.__dict__[self._compute.__name__] = self._compute(owner)
        return value
