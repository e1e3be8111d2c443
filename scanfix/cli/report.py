"""`scanfix report`: a page for people about some photos; no result is made."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

from scanfix.cli import options
from scanfix.cli.attempts import finish
from scanfix.cli.limits import limits_of
from scanfix.cli.options import CropChoice
from scanfix.cli.outputs import check_free, check_photos, inputs_of, told_as_typed
from scanfix.cli.photo import asked, source_of
from scanfix.cli.terminal import print_error, print_line
from scanfix.errors import ScanfixError
from scanfix.messages import Lang, say, user_lang
from scanfix.naming import shown

if TYPE_CHECKING:
    from scanfix.isolation import Worker
    from scanfix.order import PrepareOptions
    from scanfix.reports.rows import Row

Output = Annotated[str, options.output("OUT.html", "help_report_output")]


def command(
    photos: options.Photos,
    output: Output,
    profile: options.Profile = "cnnic",
    max_size: options.MaxSize = None,
    min_size: options.MinSize = None,
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
        from scanfix.batch.reporting import writer_of
        from scanfix.files import write_atomically
        from scanfix.isolation import Worker
        from scanfix.order import make_order

        check_photos(photos, speak)
        wanted = asked(profile, min_size, max_size, crop, document, salvage)
        # As `prepare` names its output: no photo stays in another format of the portal's.
        wanted["format"] = make_order(limits=limits_of(limit), **wanted).format
        write, inputs = writer_of(output), inputs_of(photos)
        check_free(output, inputs, overwrite=overwrite)
        failed: list[int] = []
        with Worker(limits_of(limit), max_waiting=None, wait_seconds=None, niceness=0) as worker:
            rows = (_row(worker, photo, wanted, failed, speak) for photo in photos)
            with told_as_typed(output):
                write_atomically(output, write(rows, speak), overwrite=overwrite, inputs=inputs)
        if not quiet:
            print_line(say("written", speak, path=shown(output)), sys.stdout)
        return max(failed, default=0)

    finish(work, speak)


def _row(worker: Worker, photo: str, wanted: PrepareOptions, failed: list[int], lang: Lang) -> Row:
    """What `prepare` would make of a photo, and small pictures of both."""
    from scanfix.batch.tasks import thumbnails
    from scanfix.isolation.tasks import prepare
    from scanfix.reports.rows import Row

    try:
        source = source_of(photo, worker.limits)
        made = worker.call(prepare, source, dict(wanted))
        options = {"made": made.data, "page": None, "turn": made.report.turn}
        before, after = worker.call(thumbnails, source, options)
    except ScanfixError as error:
        print_error(error, lang, photo)
        failed.append(error.exit_code)
        return Row(photo, None, "failed", error=error)
    return Row(photo, None, "made", (made.report,), before=before, after=after)
