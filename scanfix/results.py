"""What comes out: bytes for the portal, and what there is to say about them. No pixels, so nothing heavy."""

from __future__ import annotations

from dataclasses import dataclass, field
from os import PathLike

from scanfix.files import Identity, write_atomically
from scanfix.findings import Verdict
from scanfix.formats import format_named
from scanfix.model import OutputInfo, Report


@dataclass(frozen=True, slots=True)
class PreparedImage:
    """The result: bytes that satisfy the profile, and everything there is to say about them."""

    data: bytes = field(repr=False)
    report: Report
    inputs: frozenset[Identity] = field(default=frozenset(), repr=False, compare=False)
    """The files that were read, kept so that `save` never overwrites one."""

    @property
    def output(self) -> OutputInfo:
        """What the bytes are."""
        if self.report.output is None:
            raise ValueError("a prepared image has a report with an output")
        return self.report.output

    @property
    def extension(self) -> str:
        """`.jpg` or `.bmp`."""
        return format_named(self.output.format).extensions[0]

    @property
    def media_type(self) -> str:
        """`image/jpeg` or `image/bmp`."""
        return format_named(self.output.format).mime

    def save(self, path: str | PathLike[str], *, overwrite: bool = False) -> None:
        """Write the bytes, whole or not at all.

        Raises OutputError: exists already, is the input, is a link, cannot be written, disk full,
        or the extension would lie about the format.
        """
        write_atomically(
            path,
            self.data,
            overwrite=overwrite,
            inputs=self.inputs,
            extensions=format_named(self.output.format).extensions,
        )


@dataclass(frozen=True, slots=True)
class JoinedImage:
    """Both sides of a document on one page: the bytes, and a report for each side."""

    data: bytes = field(repr=False)
    front: Report
    back: Report
    inputs: frozenset[Identity] = field(default=frozenset(), repr=False, compare=False)

    @property
    def verdict(self) -> Verdict:
        """The worse of the two sides'."""
        return max(self.front.verdict, self.back.verdict, key=lambda verdict: verdict.rank)

    @property
    def ok(self) -> bool:
        """Nothing was found on either side that a portal will refuse."""
        return self.verdict is not Verdict.REFUSED

    @property
    def extension(self) -> str:
        """`.jpg` or `.bmp`."""
        return self._page.extension

    @property
    def media_type(self) -> str:
        """`image/jpeg` or `image/bmp`."""
        return self._page.media_type

    def save(self, path: str | PathLike[str], *, overwrite: bool = False) -> None:
        """As `PreparedImage.save`; neither input is ever overwritten."""
        self._page.save(path, overwrite=overwrite)

    @property
    def _page(self) -> PreparedImage:
        return PreparedImage(self.data, self.front, self.inputs)
