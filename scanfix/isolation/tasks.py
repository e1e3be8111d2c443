"""What is the process beyond the pipe asked for? `task(source, limits, options)`, which it finds by name."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from inspect import signature
from typing import Any

from scanfix.errors import ConfigError
from scanfix.files import SourceBytes
from scanfix.limits import Limits

Task = Callable[[SourceBytes, Limits, dict[str, Any]], Any]


def _of_api(name: str, source: SourceBytes, limits: Limits, options: dict[str, Any]) -> Any:
    from scanfix import api

    function = getattr(api, name)
    known = signature(function).parameters
    for option in options:
        if option not in known:
            raise ConfigError("no_option", option=option)
    return function(source, limits=limits, **options)


prepare = partial(_of_api, "prepare")
inspect = partial(_of_api, "inspect")
annotate = partial(_of_api, "annotate")
join = partial(_of_api, "join")
"""The photo is the front; `back` is an option."""
read = partial(_of_api, "read")


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
