"""How do the two processes talk? Messages with their length in front, over two pipes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import IO

from scanfix.limits import Limits

READY = "ready"
_LENGTH_BYTES = 8


@dataclass(frozen=True, slots=True)
class Hello:
    """The first message."""

    limits: Limits
    lifeline: int | None
    parent: int
    niceness: int


def write_messages(stream: IO[bytes], *messages: bytes) -> None:
    for message in messages:
        stream.write(len(message).to_bytes(_LENGTH_BYTES, "big"))
        stream.write(message)
    stream.flush()


def read_message(stream: IO[bytes], most_bytes: int | None = None) -> bytes:
    """The next message. Raises EOFError where the other side is gone, ValueError where it announces more."""
    length = int.from_bytes(_read_exactly(stream, _LENGTH_BYTES), "big")
    if most_bytes is not None and length > most_bytes:
        raise ValueError(f"a message of {length} bytes")
    return _read_exactly(stream, length)


def _read_exactly(stream: IO[bytes], length: int) -> bytes:
    message = stream.read(length)
    if len(message) < length:
        raise EOFError
    return message
