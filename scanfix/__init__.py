"""scanfix: the last step before a photo of an identity document is uploaded.

    prepared = scanfix.prepare("id.heic")      # path, bytes or binary file
    prepared.report.verdict, prepared.report.findings
    prepared.save("id.jpg")

The public names are below; nothing heavy is imported until one of them is used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from scanfix.api import annotate, inspect, join, prepare, read
    from scanfix.batch import BatchItem, BatchRun, prepare_batch
    from scanfix.documents.fields import Fields
    from scanfix.documents.form import FormReport, check_form
    from scanfix.documents.kinds import DocumentKind, kinds
    from scanfix.documents.numbers import NumberCheck, check_number
    from scanfix.errors import (
        BusyError,
        CannotMeetProfileError,
        ConfigError,
        InputError,
        MissingExtraError,
        OutputError,
        ScanfixError,
    )
    from scanfix.files import Photo
    from scanfix.findings import FindingSpec, Severity, Verdict
    from scanfix.geometry import Turn
    from scanfix.isolation import AsyncPhoto, Worker, WorkerMetrics
    from scanfix.limits import SHELL_LIMITS, UPLOAD_LIMITS, Limits
    from scanfix.messages import Lang
    from scanfix.model import Assessment, DocumentBorder, Finding, OutputInfo, Report, SideState, SourceInfo
    from scanfix.order import Corners, Crop, InspectOptions, JoinOptions, Layout, PrepareOptions
    from scanfix.profiles import ByteWindow, OutputProfile, load_profile
    from scanfix.results import JoinedImage, PreparedImage

    # Modules that are called like the lists in them, and answer to a call.
    def findings() -> tuple[FindingSpec, ...]: ...
    def profiles() -> tuple[OutputProfile, ...]: ...


_NAMES = {
    "api": "annotate inspect join prepare read",
    "batch": "BatchItem BatchRun prepare_batch",
    "documents.fields": "Fields",
    "documents.form": "FormReport check_form",
    "documents.kinds": "DocumentKind kinds",
    "documents.numbers": "NumberCheck check_number",
    "errors": "BusyError CannotMeetProfileError ConfigError InputError MissingExtraError OutputError "
    "ScanfixError",
    "files": "Photo",
    "findings": "FindingSpec Severity Verdict findings",
    "geometry": "Turn",
    "isolation": "AsyncPhoto Worker WorkerMetrics",
    "limits": "Limits SHELL_LIMITS UPLOAD_LIMITS",
    "messages": "Lang",
    "model": "Assessment DocumentBorder Finding OutputInfo Report SideState SourceInfo",
    "order": "Corners Crop InspectOptions JoinOptions Layout PrepareOptions",
    "profiles": "ByteWindow OutputProfile load_profile profiles",
    "results": "JoinedImage PreparedImage",
}
"""By the module that they are in."""
_HOME = {name: module for module, names in _NAMES.items() for name in names.split()}

__all__ = [
    "SHELL_LIMITS",
    "UPLOAD_LIMITS",
    "Assessment",
    "AsyncPhoto",
    "BatchItem",
    "BatchRun",
    "BusyError",
    "ByteWindow",
    "CannotMeetProfileError",
    "ConfigError",
    "Corners",
    "Crop",
    "DocumentBorder",
    "DocumentKind",
    "Fields",
    "Finding",
    "FindingSpec",
    "FormReport",
    "InputError",
    "InspectOptions",
    "JoinOptions",
    "JoinedImage",
    "Lang",
    "Layout",
    "Limits",
    "MissingExtraError",
    "NumberCheck",
    "OutputError",
    "OutputInfo",
    "OutputProfile",
    "Photo",
    "PrepareOptions",
    "PreparedImage",
    "Report",
    "ScanfixError",
    "Severity",
    "SideState",
    "SourceInfo",
    "Turn",
    "Verdict",
    "Worker",
    "WorkerMetrics",
    "__version__",
    "annotate",
    "check_form",
    "check_number",
    "findings",
    "inspect",
    "join",
    "kinds",
    "load_profile",
    "prepare",
    "prepare_batch",
    "profiles",
    "read",
]


# A checker of types would take any name for one of ours.
if not TYPE_CHECKING:

    def __getattr__(name: str) -> Any:
        if name not in _HOME:
            raise AttributeError(f"module 'scanfix' has no attribute {name!r}")
        if _HOME[name] == "api":
            # It loads OpenCV: a process forked meanwhile would wait for ever for the rest of the import.
            with import_module("scanfix.forks").inside():
                import_module(f"scanfix.{_HOME[name]}")
        home = import_module(f"scanfix.{_HOME[name]}")
        value = home if _HOME[name] == name else getattr(home, name)
        globals()[name] = value
        return value


def __dir__() -> list[str]:
    return sorted(__all__)
