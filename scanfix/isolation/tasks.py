"""What is the process beyond the pipe asked for? `task(source, limits, options)`, which it finds by name."""

from __future__ import annotations

import inspect as introspection
from collections.abc import Callable
from typing import Any

from scanfix.errors import ConfigError
from scanfix.files import SourceBytes
from scanfix.limits import Limits

Task = Callable[[SourceBytes, Limits, dict[str, Any]], Any]


def prepare(source: SourceBytes, limits: Limits, options: dict[str, Any]) -> Any:
    return _of_api("prepare", (source,), limits, options)


def inspect(source: SourceBytes, limits: Limits, options: dict[str, Any]) -> Any:
    return _of_api("inspect", (source,), limits, options)


def annotate(source: SourceBytes, limits: Limits, options: dict[str, Any]) -> Any:
    return _of_api("annotate", (source,), limits, options)


def join(front: SourceBytes, limits: Limits, options: dict[str, Any]) -> Any:
    return _of_api("join", (front, options.pop("back")), limits, options)


def read(source: SourceBytes, limits: Limits, options: dict[str, Any]) -> Any:
    return _of_api("read", (source,), limits, options)


def warm_up(*_: object) -> int:
    """Prepare a drawn page, so that what is loaded at first use (networks, tables) is there."""
    import cv2
    import numpy as np

    from scanfix import api

    page = np.full((700, 1000, 3), 90, np.uint8)
    cv2.rectangle(page, (80, 70), (920, 630), (250, 250, 250), -1)
    for line in range(8):
        cv2.putText(page, "SPECIMEN 0123456789", (130, 150 + 60 * line), 0, 1.0, (40, 40, 40), 2)
    return len(api.prepare(cv2.imencode(".png", page)[1].tobytes()).data)


def _of_api(name: str, sources: tuple[SourceBytes, ...], limits: Limits, options: dict[str, Any]) -> Any:
    from scanfix import api

    function = getattr(api, name)
    known = introspection.signature(function).parameters
    for option in options:
        if option not in known:
            raise ConfigError("no_option", option=option)
    return function(*sources, limits=limits, **options)
