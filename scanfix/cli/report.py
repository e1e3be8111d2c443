"""`scanfix report`: a page for people about some photos, or about an earlier batch; no result is made."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from scanfix.cli import options
from scanfix.cli.limits import limits_of
from scanfix.cli.options import CropChoice
from scanfix.cli.outputs import check_free, check_photos, inputs_of, told_as_typed
from scanfix.cli.photo import source_of
from scanfix.cli.terminal import finish, print_error, print_line, usage_error
from scanfix.errors import ScanfixError
from scanfix.messages import Lang, say, user_lang
from scanfix.naming import shown

if TYPE_CHECKING:
    from scanfix.isolation import Worker
    from scanfix.reports.rows import Row

Output = Annotated[
    str, typer.Option("-o", "--output", metavar="OUT.html", help=options.help_text("help_report_output"))
]


def command(
    photos: options.Photos,
    output: Output,
    profile: options.Profile = "cnnic",
    crop: options.Crop = CropChoice.AUTO,
    document: options.Document = None,
    salvage: options.Salvage = False,
    limit: options.Limit = None,
    overwrite: options.Overwrite = False,
    quiet: options.Quiet = False,
    lang: options.LangOption = None,
) -> None:
    speak = user_lang(lang)

    def work() -> int:
        from scanfix.batch.reporting import WRITERS
        from scanfix.files import write_atomically
        from scanfix.isolation import Worker

        check_photos(photos, speak)
        ending = Path(output).suffix.lower()
        if ending not in WRITERS:
            raise usage_error(say("usage_report_ending", speak, path=shown(output), known=list(WRITERS)))
        inputs = inputs_of(photos)
        check_free(output, inputs, overwrite=overwrite)
        asked: dict[str, object] = {
            "profile": options.profile_of(profile),
            "crop": crop.value,
            "document": document,
            "salvage": salvage,
        }
        failed: list[int] = []
        with Worker(limits_of(limit), max_waiting=None, wait_seconds=None, niceness=0) as worker:
            rows = (_row(worker, photo, asked, failed, speak) for photo in photos)
            with told_as_typed(output):
                pieces = WRITERS[ending][0](rows, speak)
                write_atomically(output, pieces, overwrite=overwrite, inputs=inputs)
        if not quiet:
            print_line(say("written", speak, path=shown(output)), sys.stdout)
        return max(failed, default=0)

    finish(work, speak)


def _row(worker: Worker, photo: str, asked: dict[str, object], failed: list[int], lang: Lang) -> Row:
    """What `prepare` would make of a photo, and small pictures of both."""
    from scanfix.batch import tasks
    from scanfix.batch.work import THUMBNAIL_SIDE
    from scanfix.reports.rows import Row

    try:
        source = source_of(photo, worker.limits)
        made = worker.call(tasks.prepare, source, asked)
        options = {"made": made.data, "page": None, "side": THUMBNAIL_SIDE, "turn": made.report.turn}
        before, after = worker.call(tasks.thumbnails, source, options)
    except ScanfixError as error:
        print_error(error, lang, photo)
        failed.append(error.exit_code)
        return Row(photo, None, "failed", error=error)
    return Row(photo, None, "made", (made.report,), before=before, after=after)
