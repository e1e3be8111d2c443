"""What the package promises to the outside."""

from __future__ import annotations

import inspect as introspection
import pickle
import subprocess
import sys
from importlib import resources
from typing import get_type_hints

import pytest

import scanfix
from scanfix.errors import ERRORS
from scanfix.order import InspectOptions, PrepareOptions

NAMES = [name for name in scanfix.__all__ if name != "__version__"]


def test_the_list_of_names_is_sorted_and_complete() -> None:
    words = [n for n in scanfix.__all__ if n.isupper()], [n for n in scanfix.__all__ if not n.isupper()]
    assert all(part == sorted(part, key=lambda n: (n[0].islower(), n)) for part in words)
    assert set(NAMES) == set(scanfix._HOME)


@pytest.mark.parametrize("name", NAMES)
def test_every_public_name_exists_and_says_what_it_is(name: str) -> None:
    value = getattr(scanfix, name)
    if callable(value):
        assert introspection.getdoc(value)


def test_the_types_of_the_package_are_seen_from_outside() -> None:
    assert resources.files("scanfix").joinpath("py.typed").is_file()


def test_a_worker_takes_the_options_of_the_functions_it_stands_for() -> None:
    for function, options in ((scanfix.prepare, PrepareOptions), (scanfix.inspect, InspectOptions)):
        wanted = introspection.signature(function).parameters.keys() - {"photo", "limits"}
        assert get_type_hints(options).keys() == wanted


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="nothing_like_it"):
        getattr(scanfix, "nothing" + "_like_it")


def test_importing_the_package_loads_nothing_heavy() -> None:
    code = "import sys, scanfix; print(sorted({'cv2', 'numpy', 'PIL', 'typer'} & set(sys.modules)))"
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == "[]"


@pytest.mark.parametrize("kind", ERRORS, ids=lambda kind: kind.__name__)
def test_an_error_survives_the_way_from_a_worker(kind: type[scanfix.ScanfixError]) -> None:
    error = kind(next(iter(kind.codes)), path="x")
    copy = pickle.loads(pickle.dumps(error))
    assert type(copy) is kind
    assert (copy.code, copy.params, copy.exit_code) == (error.code, error.params, error.exit_code)


def test_exit_codes_are_told_apart() -> None:
    assert sorted(kind.exit_code for kind in ERRORS) == [2, 3, 4, 5, 6]


def test_an_error_has_no_invented_code() -> None:
    with pytest.raises(LookupError):
        scanfix.InputError("no_such_code")
