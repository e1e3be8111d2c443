"""What the package promises to the outside."""

from __future__ import annotations

import ast
import copy
import inspect as introspection
import json
import os
import pickle
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import asdict, replace
from importlib import resources
from itertools import cycle
from pathlib import Path
from typing import Any, get_type_hints

import pytest

import scanfix
from scanfix import messages
from scanfix.errors import ERRORS
from scanfix.geometry import SIDES, Quad
from scanfix.order import InspectOptions, JoinOptions, PrepareOptions

NAMES = [name for name in scanfix.__all__ if name != "__version__"]


def test_the_list_of_names_is_sorted_and_complete() -> None:
    words = [n for n in scanfix.__all__ if n.isupper()], [n for n in scanfix.__all__ if not n.isupper()]
    assert all(part == sorted(part, key=lambda n: (n[0].islower(), n)) for part in words)
    assert set(NAMES) == set(scanfix._HOME)


@pytest.mark.parametrize("name", NAMES)
def test_every_public_name_exists_and_says_what_it_is(name: str) -> None:
    value = getattr(scanfix, name)
    if introspection.isclass(value) or introspection.isroutine(value):
        assert introspection.getdoc(value)


def test_the_types_of_the_package_are_seen_from_outside() -> None:
    assert resources.files("scanfix").joinpath("py.typed").is_file()


def test_a_worker_takes_the_options_of_the_functions_it_stands_for() -> None:
    own = {"photo", "front", "back", "report", "lang", "limits", "filename"}
    for function, options in (
        (scanfix.prepare, PrepareOptions),
        (scanfix.inspect, InspectOptions),
        (scanfix.annotate, InspectOptions),
        (scanfix.join, JoinOptions),
    ):
        assert get_type_hints(options).keys() == introspection.signature(function).parameters.keys() - own
    read = introspection.signature(scanfix.read).parameters.keys() - {"limits"}
    for call in (scanfix.Worker.read, scanfix.Worker.aread):
        assert introspection.signature(call).parameters.keys() - {"self"} == read


@pytest.mark.parametrize("name", NAMES)
def test_the_types_of_every_call_can_be_looked_up(name: str) -> None:
    value = getattr(scanfix, name)
    calls = vars(value).values() if introspection.isclass(value) else (value,)
    for call in filter(introspection.isfunction, calls):
        if call.__module__.startswith("scanfix") and not call.__name__.startswith("_"):
            assert get_type_hints(call)


def test_a_checker_of_types_is_told_every_name_and_no_other() -> None:
    tree = ast.parse(Path(str(scanfix.__file__)).read_text(encoding="utf-8"))
    defined = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
    assert "__getattr__" not in defined


@pytest.mark.parametrize("name", ["profiles", "kinds", "findings"])
def test_what_a_form_offers_is_listed_with_titles_in_both_languages(name: str) -> None:
    rows = getattr(scanfix, name)()
    assert len(rows) > 10
    assert all(row.title["en"] and row.title["zh"] != row.title["en"] for row in rows)


def test_the_lists_are_what_the_options_take(card_bytes: bytes) -> None:
    assert scanfix.profiles()[0] is scanfix.load_profile("cnnic")
    assert {finding.code for finding in scanfix.findings()} >= {"SF101", "SF508"}
    kind = scanfix.kinds()[0]
    assert scanfix.inspect(card_bytes, document=kind.name).source.format == "JPEG"


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="nothing_like_it"):
        getattr(scanfix, "nothing" + "_like_it")


def test_importing_the_package_loads_nothing_heavy() -> None:
    code = "import sys, scanfix; print(sorted({'cv2', 'numpy', 'PIL', 'typer'} & set(sys.modules)))"
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == "[]"


@pytest.mark.parametrize("name", ["prepare_batch", "Worker"])
def test_what_works_in_other_processes_loads_nothing_heavy_into_this_one(name: str) -> None:
    heavy = "{'cv2', 'numpy', 'PIL', 'typer'}"
    code = f"import sys, scanfix; scanfix.{name}; print(sorted({heavy} & set(sys.modules)))"
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == "[]"


@pytest.mark.parametrize("before", [None, "/opt/lib"])
def test_the_first_use_leaves_the_environment_as_it_was(before: str | None) -> None:
    code = "import os, scanfix; b = dict(os.environ); scanfix.prepare; print(b == dict(os.environ))"
    kept = {name: value for name, value in os.environ.items() if name != "LD_LIBRARY_PATH"}
    given = kept if before is None else {**kept, "LD_LIBRARY_PATH": before}
    shown = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=given
    )
    assert shown.stdout.strip() == "True"


def classes_of(root: type[scanfix.ScanfixError]) -> list[type[scanfix.ScanfixError]]:
    return [kind for child in root.__subclasses__() for kind in (child, *classes_of(child))]


def test_the_tree_of_errors_is_written_out_and_each_code_has_one_place() -> None:
    assert {*classes_of(scanfix.ScanfixError)} == {*ERRORS}
    codes = [code for kind in ERRORS for code in kind.codes]
    assert len(codes) == len(set(codes))


ODD_VALUES = cycle((5, object(), ("a", b"b"), ["x", {"y": 1}], "x" * 9_999, None))
EVERY_ERROR = [(kind, code) for kind in ERRORS for code in kind.codes]


@pytest.mark.parametrize(("kind", "code"), EVERY_ERROR, ids=[code for _, code in EVERY_ERROR])
def test_an_error_survives_every_way_out_of_a_process(kind: type[scanfix.ScanfixError], code: str) -> None:
    names = re.findall(r"\{(\w+)\}", str(messages.catalogue("errors")[code]))
    error = kind(code, dict(zip(names, ODD_VALUES, strict=False)))
    error.about = "front"
    by_json = scanfix.ScanfixError.from_dict(json.loads(json.dumps(error.to_dict("zh"))))
    for again in (pickle.loads(pickle.dumps(error)), kind(*error.args), by_json):
        assert type(again) is kind
        assert (again.code, again.params, again.http_status) == (error.code, error.params, error.http_status)
    assert pickle.loads(pickle.dumps(error)).about == by_json.about == "front"


@pytest.mark.parametrize(("kind", "code"), EVERY_ERROR, ids=[code for _, code in EVERY_ERROR])
def test_an_error_that_was_told_too_little_speaks(kind: type[scanfix.ScanfixError], code: str) -> None:
    assert "{" not in str(kind(code)) + kind(code).message("zh")


@pytest.mark.parametrize("said", [{}, {"code": ["a"]}, {"code": "empty", "params": 5}, {"code": "no_such"}])
def test_what_tells_of_no_error_is_a_lookup_error(said: dict[str, Any]) -> None:
    with pytest.raises(LookupError):
        scanfix.ScanfixError.from_dict(said)


def test_what_an_error_told_is_its_readers() -> None:
    error = scanfix.ConfigError("unknown_profile", name="x", known=["cnnic"])
    error.about = "/home/zhang/id.jpg"
    told = error.to_dict()
    told["params"]["known"].append("y")
    assert error.params["known"] == ["cnnic"]
    assert "zhang" not in str(told)


def test_what_a_client_may_get_wrong_is_told_as_the_clients_fault() -> None:
    hostile: list[dict[str, Any]] = [
        {"profile": "/etc/shadow"},
        {"document": "x"},
        {"crop": "x"},
        {"format": "exe"},
    ]
    for options in hostile:
        with pytest.raises(scanfix.ScanfixError) as caught:
            scanfix.prepare(b"x", **options)
        assert caught.value.http_status == 422


def test_exit_codes_are_told_apart() -> None:
    assert sorted(kind.exit_code for kind in ERRORS) == [2, 3, 4, 5, 6, 75]


def test_an_error_has_no_invented_code() -> None:
    with pytest.raises(LookupError):
        scanfix.InputError("no_such_code")


CUT = scanfix.Finding.of("SF103", sides=["left"])
BORDER = scanfix.DocumentBorder(
    Quad(((0, 0), (9, 0), (9, 6), (0, 6))), 0.9, dict.fromkeys(SIDES, scanfix.SideState.SEEN)
)
REPORT = scanfix.Report(
    "cnnic", scanfix.SourceInfo("JPEG", None, 9, 9, 6), BORDER, (scanfix.Assessment("cut", finding=CUT),)
)
VALUES = [
    CUT,
    BORDER,
    REPORT,
    scanfix.PreparedImage(b"x", REPORT),
    scanfix.JoinedImage(b"x", REPORT, REPORT),
    scanfix.load_profile("cnnic"),
    scanfix.kinds()[0],
    scanfix.Fields(beside={"birth": True}),
    scanfix.check_form(kind="resident-id", number="1"),
]


@pytest.mark.parametrize("value", VALUES, ids=[type(value).__name__ for value in VALUES])
def test_a_value_can_be_kept_in_a_set_and_sent_to_another_process(value: object) -> None:
    assert {value, pickle.loads(pickle.dumps(value)), copy.copy(value)} == {value}


CHANGES: list[Callable[[Any], object]] = [
    lambda mapping: mapping.__setitem__("sides", ()),
    lambda mapping: mapping.__delitem__("sides"),
    lambda mapping: mapping.__ior__({"sides": ()}),
    lambda mapping: mapping.update(sides=()),
    lambda mapping: mapping.setdefault("more", 1),
    lambda mapping: mapping.pop("sides"),
    lambda mapping: mapping.popitem(),
    lambda mapping: mapping.clear(),
]


def test_what_is_frozen_is_frozen_through() -> None:
    profile = scanfix.load_profile("cnnic")
    for mapping in (
        CUT.params,
        scanfix.Fields().beside,
        BORDER.sides,
        profile.title,
        scanfix.kinds()[0].title,
    ):
        before = dict(mapping)
        for change in CHANGES:
            with pytest.raises(TypeError, match="read-only"):
                change(mapping)
        assert mapping == before
    profile = replace(scanfix.load_profile("cnnic"), formats=["jpg"], aliases=["x"])  # type: ignore[arg-type]
    assert (profile.formats, profile.aliases) == (("jpg",), ("x",))


def test_what_is_frozen_is_json_and_copied_as_any_dict() -> None:
    assert json.loads(json.dumps(CUT.params)) == {"sides": ["left"]}
    assert json.loads(json.dumps(BORDER.sides)) == dict.fromkeys(SIDES, "seen")
    assert json.dumps(scanfix.kinds()[0].title)
    assert json.dumps(scanfix.load_profile("cnnic").title)
    for way in (copy.copy, copy.deepcopy, dict, lambda mapping: pickle.loads(pickle.dumps(mapping))):
        mine = way(CUT.params)
        mine["sides"] = ["top"]
        assert CUT.params["sides"] == ["left"]
    told = asdict(REPORT)
    assert told["assessments"][0]["finding"]["params"] == {"sides": ["left"]}


def test_what_a_report_told_is_its_readers() -> None:
    told = REPORT.to_dict()
    told["findings"][0]["params"]["sides"].append("top")
    assert CUT.params["sides"] == ["left"]
