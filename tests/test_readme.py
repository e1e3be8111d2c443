"""What the README and the documentation show works: every command and every Python example is run."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import scanfix

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
PAGES = [path.read_text(encoding="utf-8") for path in sorted((ROOT / "docs").rglob("*.md"))]


def blocks(language: str, page: str) -> list[str]:
    fences = re.findall(r"^```(\w*)\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    return [text for named, text in fences if named == language]


COMMANDS = dict.fromkeys(
    line
    for page in (README, *PAGES)
    for block in blocks("sh", page)
    for line in block.splitlines()
    if line.startswith("scanfix ")
)
# Of other folders, buckets, clusters and times of the day: what nobody can run here.
ELSEWHERE = {
    call
    for page in PAGES
    for block in blocks("", page)
    for call in re.findall(r"^(?:[\d* ]+ )?scanfix (.*)$", block, re.MULTILINE)
}
EXAMPLES = [page for page in (README, *PAGES) if blocks("python", page)]


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    """A folder with the sample pictures, as in a fresh clone."""
    shutil.copytree(
        ROOT / "sample_images", tmp_path / "sample_images", ignore=shutil.ignore_patterns("*.py*")
    )
    return tmp_path


def run(arguments: list[str], desk: Path) -> subprocess.CompletedProcess[bytes]:
    paths = os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])
    environment = os.environ | {"PYTHONPATH": paths, "LANG": "C.UTF-8"}
    return subprocess.run(
        [sys.executable, *arguments], cwd=desk, capture_output=True, check=False, env=environment
    )


@pytest.mark.parametrize("line", COMMANDS)
def test_a_command_that_is_shown_works(line: str, desk: Path) -> None:
    done = run(["-m", *shlex.split(line, comments=True)], desk)
    assert done.returncode == 0, done.stderr.decode()
    assert b"Traceback" not in done.stderr


@pytest.mark.parametrize("call", sorted(ELSEWHERE))
def test_a_call_that_cannot_be_made_here_has_options_that_exist(call: str, desk: Path) -> None:
    command, *words = shlex.split(call, comments=True)
    told = run(["-m", "scanfix", command, "--help"], desk).stdout.decode()
    assert {word for word in words if word.startswith("--")} <= set(re.findall(r"--[a-z-]+", told))


@pytest.mark.parametrize("page", EXAMPLES, ids=lambda page: page.splitlines()[0])
def test_the_python_that_is_shown_works(page: str, desk: Path) -> None:
    code = re.sub("^", "    ", "\n".join(blocks("python", page)), flags=re.MULTILINE)
    (desk / "example.py").write_text(f"if __name__ == '__main__':\n{code}")
    done = run(["example.py"], desk)
    assert done.returncode == 0, done.stderr.decode()
    if page == README:
        assert (desk / "card-from-python.jpg").exists()
        assert b"not_image 415" in done.stdout


def test_the_report_of_the_readme_is_the_one_that_comes(desk: Path) -> None:
    (shown,) = re.findall(r"^```\n\$ scanfix (.*?)\n(.*?)^```", README, re.MULTILINE | re.DOTALL)
    done = run(["-m", "scanfix", *shlex.split(shown[0]), "--lang", "en"], desk)
    # How many bytes libjpeg needs for the same picture depends on how it was built.
    assert without_bytes(done.stdout.decode()) == without_bytes(shown[1])


def without_bytes(text: str) -> str:
    return re.sub(r"[\d,]+ bytes", "N bytes", text)


def test_the_readme_shows_what_is_there() -> None:
    for path in re.findall(r"sample_images/[\w.-]+\.\w+", README):
        if ".prepared." not in path:
            assert (ROOT / path).exists(), path


def test_links_of_the_readme_lead_somewhere_on_an_index_page_too() -> None:
    rules = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["hatch"]["metadata"]
    text = README
    for rule in rules["hooks"]["fancy-pypi-readme"]["substitutions"]:
        text = re.sub(rule["pattern"], rule["replacement"], text)
    targets = re.findall(r"\]\((.*?)\)", text) + re.findall(r'src="(.*?)"', text)
    assert any(target.startswith("https://raw.githubusercontent.com/") for target in targets)
    assert [target for target in targets if not target.startswith(("https://", "#"))] == []


def test_every_public_name_is_in_the_documentation() -> None:
    page = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
    assert set(re.findall(r"scanfix\.(\w+)", page)) == set(scanfix.__all__)


def test_every_room_is_on_the_map_of_contributors() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    here = text.split("| room | in it |")[1].split("\n\n")[0]
    rooms = {
        p.stem for p in (ROOT / "scanfix").iterdir() if p.suffix == ".py" or (p / "__init__.py").exists()
    }
    assert rooms - {"__init__"} == set(re.findall(r"`(\w+)`", here)) - {"Measures"}
