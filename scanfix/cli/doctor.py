"""`scanfix doctor`: versions, extras, both OpenCV distributions, fonts; 1 when something is wrong."""

from __future__ import annotations

import platform
import sys
from typing import TYPE_CHECKING

from scanfix import __version__
from scanfix.cli import options
from scanfix.cli.attempts import finish
from scanfix.cli.terminal import COLOURS, EXIT_FINDINGS, EXIT_READY, print_line
from scanfix.messages import Lang, say, user_lang

if TYPE_CHECKING:
    from scanfix.installation import Needed

Row = tuple[bool, str]
"""Whether it is as it should be, and the sentence."""


def command(lang: options.LangOption = None) -> None:
    speak = user_lang(lang)

    def work() -> int:
        from scanfix.installation import NEEDED

        print_line(
            f"scanfix {__version__}, Python {platform.python_version()}, {platform.platform()}", sys.stdout
        )
        rows = [_row(needed, speak) for needed in NEEDED] + [_opencv(speak)]
        for good, text in [*rows, (True, _about(say("doctor_fonts", speak), _font(speak), speak))]:
            print_line(f"  {text}", sys.stdout, None if good else COLOURS["warning"])
        if not all(good for good, _ in rows):
            return EXIT_FINDINGS
        print_line(say("doctor_ok", speak), sys.stdout, COLOURS["good"])
        return EXIT_READY

    finish(work, speak)


def _row(needed: Needed, lang: Lang) -> Row:
    if needed.version is None and needed.extra:
        return True, _about(needed.name, say("doctor_optional", lang, extra=needed.extra), lang)
    if needed.version is None:
        return False, _about(needed.name, say("doctor_missing", lang), lang)
    if needed.too_old:
        wanted = ".".join(map(str, needed.oldest))
        return False, _about(f"{needed.name} {needed.version}", say("doctor_old", lang, wanted=wanted), lang)
    return True, f"{needed.name} {needed.version}"


def _about(name: str, text: str, lang: Lang) -> str:
    return say("about", lang, name=name, text=text)


def _opencv(lang: Lang) -> Row:
    from scanfix.installation import OLDEST_OPENCV, Needed, installed_opencvs, opencv_fault

    found = installed_opencvs()
    if len(found) > 1:
        return False, say("doctor_two_opencvs", lang, names=list(found), names_spaced=" ".join(found))
    fault = opencv_fault()
    if fault is not None:
        return False, say("doctor_no_opencv", lang, reason=fault)
    return _row(Needed(next(iter(found)), OLDEST_OPENCV), lang) if found else (True, "cv2 ?")


def _font(lang: Lang) -> str:
    from scanfix.reports.fonts import find_cjk_font

    return find_cjk_font() or say("doctor_fonts_none", lang)
