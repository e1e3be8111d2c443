"""`scanfix prepare`: make the file that the portal takes."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from scanfix.cli import options
from scanfix.cli.options import CropChoice, FailOn
from scanfix.cli.outputs import (
    STANDARD,
    check_annotated,
    check_standard_output,
    format_in,
    plan_outputs,
    told_as_typed,
    without_results,
)
from scanfix.cli.photo import corners_of, exit_code_of, limits_of, run, source_of
from scanfix.cli.terminal import (
    attempt,
    finish,
    print_bytes,
    print_json,
    print_line,
    print_report,
    usage_error,
)
from scanfix.messages import Lang, say, user_lang
from scanfix.naming import shown

if TYPE_CHECKING:
    from scanfix.errors import ScanfixError
    from scanfix.order import Order
    from scanfix.pipeline import PreparedImage


def command(
    photos: options.Photos,
    output: options.Output = None,
    profile: options.Profile = "cnnic",
    format: options.Format = None,
    crop: options.Crop = CropChoice.AUTO,
    document: options.Document = None,
    corners: options.Corners = None,
    annotate: options.Annotate = None,
    salvage: options.Salvage = False,
    limit: options.Limit = None,
    fail_on: options.FailOnOption = FailOn.NEVER,
    overwrite: options.Overwrite = False,
    json: options.Json = False,
    quiet: options.Quiet = False,
    lang: options.LangOption = None,
) -> None:
    speak = user_lang(lang)

    def work() -> int:
        if json and output == STANDARD:
            raise usage_error(say("usage_json_stdout", speak))
        check_standard_output(output, speak)
        check_annotated(annotate, photos, speak)
        from scanfix.order import make_order

        order = make_order(
            profile,
            format or format_in(output),
            crop.value,
            document,
            limits_of(limit),
            salvage,
            corners_of(corners),
        )
        wanted = without_results(photos, speak)
        show = _Show(speak, json, quiet, named=len(wanted) > 1)
        plan = plan_outputs(wanted, output, f".{order.format}", speak)
        codes = [
            attempt(
                lambda photo=photo, target=target: _one(  # type: ignore[misc]
                    photo, target, order, limit, annotate, fail_on, overwrite, show
                ),
                speak,
                photo,
                lambda error, photo=photo, target=target: show.failed(photo, target, error),  # type: ignore[misc]
            )
            for photo, target in plan.items()
        ]
        return max(codes)

    finish(work, speak)


class _Show:
    """How the result of one photo is told."""

    def __init__(self, lang: Lang, json: bool, quiet: bool, *, named: bool) -> None:
        self.lang, self.json, self.quiet, self.named = lang, json, quiet, named

    def made(self, prepared: PreparedImage, photo: str, target: str, annotated: str | None) -> None:
        from scanfix.reports.text import lines

        if self.json:
            print_json(prepared.report, photo, target, self.lang, named=self.named)
        elif not self.quiet:
            stream = sys.stderr if target == STANDARD else sys.stdout
            print_report(lines(prepared.report, self.lang), stream, photo if self.named else None)
            for path in (target, annotated):
                if path and path != STANDARD:
                    print_line(say("written", self.lang, path=shown(path)), stream)

    def failed(self, photo: str, target: str, error: ScanfixError) -> None:
        if self.json and self.named:
            print_json(error, photo, target, self.lang, named=True)


def _one(
    photo: str,
    target: str,
    order: Order,
    limit: list[str] | None,
    annotate: str | None,
    fail_on: FailOn,
    overwrite: bool,
    show: _Show,
) -> int:
    from scanfix.files import check_target, write_atomically

    source = source_of(photo, order.limits)
    for path in (target, annotate):
        if path and path != STANDARD:
            with told_as_typed(path):
                check_target(path, overwrite=overwrite, source=source.name)
    # Loaded only now: what is refused above is refused at once.
    from scanfix import pipeline

    prepared = run(pipeline.prepare, source, order, given=limit)
    picture = b""
    if annotate:
        picture = run(pipeline.annotate, source, prepared.report, order, show.lang, given=limit)
    if target == STANDARD:
        print_bytes(prepared.data)
    else:
        with told_as_typed(target):
            prepared.save(target, overwrite=overwrite)
    if annotate:
        with told_as_typed(annotate):
            write_atomically(annotate, picture, overwrite=overwrite, source=source.name)
    show.made(prepared, photo, target, annotate)
    return exit_code_of(prepared.report, fail_on)
