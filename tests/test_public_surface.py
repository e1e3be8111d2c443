"""What the package promises to the outside."""

from __future__ import annotations

import inspect as introspection
import json
import pickle
import re
import subprocess
import sys
from importlib import resources
from itertools import cycle
from typing import Any, get_type_hints

import pytest

import scanfix
from scanfix import messages
from scanfix.errors import ERRORS
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
    for copy in (pickle.loads(pickle.dumps(error)), kind(*error.args), by_json):
        assert type(copy) is kind
        assert (copy.code, copy.params, copy.http_status) == (error.code, error.params, error.http_status)
    assert pickle.loads(pickle.dumps(error)).about == "front"


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
