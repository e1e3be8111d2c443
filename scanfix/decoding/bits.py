"""Numbers that do not begin at whole bytes, as the heads of coded pictures have them."""

from __future__ import annotations


class Bits:
    """Reads big-endian bits; behind the end there is an EOFError."""

    def __init__(self, data: bytes) -> None:
        self._value, self._left = int.from_bytes(data, "big"), 8 * len(data)

    def read(self, count: int) -> int:
        self._left -= count
        if self._left < 0:
            raise EOFError
        return self._value >> self._left & ((1 << count) - 1)

    def golomb(self) -> int:
        """Unsigned Exp-Golomb, in AV1 called uvlc; of a signed one as many bits."""
        zeros = 0
        while not self.read(1):
            zeros += 1
            if zeros > 32:
                raise EOFError
        return (1 << zeros) - 1 + self.read(zeros)
