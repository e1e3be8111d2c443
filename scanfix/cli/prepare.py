"""`scanfix prepare`: make the file that the portal takes."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from scanfix.cli import options
from scanfix.cli.options import CropChoice, FailOn
from scanfix.cli.outputs import STANDARD, format_in, plan_outputs
from scanfix.cli.photo import corners_of, exit_code_of, limits_of, photo_of, run
from scanfix.cli.terminal import attempt, finish, print_line, print_report, usage_error
from scanfix.messages import Lang, say, user_lang
from scanfix.naming import shown

if TYPE_CHECKING:
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
        _check_call(photos, output, annotate, json, speak)
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
        show = _Show(speak, json, quiet, named=len(photos) > 1)
        plan = plan_outputs(photos, output, f".{order.format}", speak)
        codes = [
            attempt(
                lambda photo=photo, target=target: _one(  # type: ignore[misc]
                    photo, target, order, limit, annotate, fail_on, overwrite, show
                ),
                speak,
                photo,
            )
            for photo, target in plan.items()
        ]
        return max(codes)

    finish(work, speak)


def _check_call(photos: list[str], output: str | None, annotate: str | None, json: bool, lang: Lang) -> None:
    if annotate and len(photos) > 1:
        raise usage_error(say("usage_one_annotate", lang))
    if json and output == STANDARD:
        raise usage_error(say("usage_json_stdout", lang))


class _Show:
    """How the result of one photo is told."""

    def __init__(self, lang: Lang, json: bool, quiet: bool, *, named: bool) -> None:
        self.lang, self.json, self.quiet, self.named = lang, json, quiet, named

    def __call__(self, prepared: PreparedImage, photo: str, target: str) -> None:
        from scanfix.reports.text import lines

        if self.json:
            print_line(prepared.report.to_json(self.lang), sys.stdout)
        elif not self.quiet:
            stream = sys.stderr if target == STANDARD else sys.stdout
            print_report(lines(prepared.report, self.lang), stream, photo if self.named else None)
            if target != STANDARD:
                print_line(say("written", self.lang, path=shown(target)), stream)


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
    from scanfix.files import check_target, read_source, write_atomically

    source = read_source(photo_of(photo, order.limits), order.limits)
    for path in (target, annotate):
        if path and path != STANDARD:
            check_target(path, overwrite=overwrite, source=source.name)
    # Loaded only now: what is refused above is refused at once.
    from scanfix import pipeline

    prepared = run(pipeline.prepare, source, order, given=limit)
    picture = b""
    if annotate:
        picture = run(pipeline.annotate, source, prepared.report, order, show.lang, given=limit)
    if target == STANDARD:
        sys.stdout.buffer.write(prepared.data)
        sys.stdout.buffer.flush()
    else:
        prepared.save(target, overwrite=overwrite)
    if annotate:
        write_atomically(annotate, picture, overwrite=overwrite, source=source.name)
    show(prepared, photo, target)
    return exit_code_of(prepared.report, fail_on)
