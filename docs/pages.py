"""Pages that are made from the catalogue while the documentation is built: one a finding, one a profile, and
the errors.

A hook of MkDocs (`mkdocs.yml`). Pictures of findings are sample pictures as scanfix sees them, drawn anew
at each build, so that none can be out of date.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

from scanfix import pipeline
from scanfix.cli.explain import say_counted, severities_counted
from scanfix.cli.profiles import rows_of
from scanfix.errors import ERRORS
from scanfix.files import read_source
from scanfix.findings import FINDINGS, FindingSpec, Severity
from scanfix.limits import SHELL_LIMITS
from scanfix.messages import LANGS, Lang, catalogue, explanation, say, term, title
from scanfix.order import make_order
from scanfix.profiles import OutputProfile, load_profile, profile_names
from scanfix.reports import schema

ROOT = Path(__file__).parent.parent
FOLDERS: dict[Lang, str] = {"en": "", "zh": "zh/"}
HEADINGS: dict[Lang, tuple[str, str, str]] = {
    "en": ("Findings", "Profiles", "Errors"),
    "zh": ("检查项目", "网站要求", "错误"),
}
ERROR_WORDS: dict[Lang, tuple[str, ...]] = {
    "en": ("Code", "HTTP status", "What is said", "Exit code of the shell"),
    "zh": ("代码", "HTTP 状态码", "说明", "命令行退出码"),
}
SAMPLES = {
    "SF103": "card-cut.jpg",
    "SF105": "样本身份证.jpg",
    "SF201": "card-blurred.jpg",
    "SF202": "passport-shaken.jpg",
    "SF301": "card-glare.jpg",
    "SF302": "licence-shadow.jpg",
    "SF305": "card-finger.jpg",
    "SF306": "card-smudge.jpg",
    "SF307": "passport-phone.jpg",
    "SF403": "card-grey.jpg",
    "SF409": "card-mirrored.jpg",
}
"""Finding: the sample picture that was drawn to show it."""
PARAMETER = re.compile(r"\{\w+\}")
README_PART = re.compile(r"^\[(.*?)\]\(\.\./README\.md#[\w-]+\)$", re.MULTILINE)
# A row of the README's table of counts: codes, all pictures, the photos that set nothing, and how it is told.
COUNTS = re.compile(
    r"^\| [^|]*\((SF\d+)(?: to (SF\d+))?\) \|[^|]*\|[^|]*"
    r"\| (\d+) of (\d+) \| (\d+) of (\d+) \| ([a-z ]+) \|$",
    re.MULTILINE,
)
SEVERITIES = {term(severity): severity for severity in Severity}
"""As the table has them."""
WHOLE_FILE = re.compile(r"^\[.*?\]\(\.\./(.*?\.toml)\)$", re.MULTILINE)
SCHEMAS = "](../scanfix/reports/"


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Add the pages that are made to the navigation."""
    for lang, (findings, profiles, errors) in HEADINGS.items():
        folder = FOLDERS[lang]
        config.nav = [
            *(config.nav or []),
            {findings: [{f"{code} {title(code, lang)}": f"{folder}findings/{code}.md"} for code in FINDINGS]},
            {profiles: [{name: f"{folder}profiles/{name}.md"} for name in profile_names()]},
            {errors: f"{folder}errors.md"},
        ]
    return config


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Make the pages and their pictures."""
    for lang in LANGS:
        for spec in FINDINGS.values():
            path = f"{FOLDERS[lang]}findings/{spec.code}.md"
            files.append(File.generated(config, path, content=finding_page(spec, lang)))
        for name in profile_names():
            path = f"{FOLDERS[lang]}profiles/{name}.md"
            files.append(File.generated(config, path, content=profile_page(load_profile(name), lang)))
        files.append(File.generated(config, f"{FOLDERS[lang]}errors.md", content=errors_page(lang)))
        for code, sample in SAMPLES.items():
            drawn = seen(ROOT / "sample_images" / sample, lang)
            files.append(File.generated(config, f"{FOLDERS[lang]}findings/{code}.png", content=drawn))
    for name in ("report", "item"):
        files.append(
            File.generated(config, f"{name}.schema.json", content=json.dumps(schema(name), indent=2))
        )
    return files


def on_page_markdown(markdown: str, **_: Any) -> str:
    """A line that only links to a part of the README stands for that part: what is said there is said once.
    One that links to a TOML file stands for the file. Read in the repository, both are plain links."""
    markdown = README_PART.sub(lambda match: readme_part(match[1]), markdown).replace(SCHEMAS, "](")
    return WHOLE_FILE.sub(
        lambda match: f"```toml\n{(ROOT / match[1]).read_text(encoding='utf-8')}```", markdown
    )


def on_post_page(output: str, page: Page, **_: Any) -> str:
    """The theme speaks one language; what reads a page aloud needs its own."""
    return output.replace('<html lang="en"', '<html lang="zh"', 1) if page.url.startswith("zh/") else output


def finding_page(spec: FindingSpec, lang: Lang) -> str:
    """What it means, why a portal minds, how it is judged, what to do; with a picture where one was drawn."""
    entry = catalogue("findings")[spec.code][lang]
    rows = {
        "explain_means": PARAMETER.sub("…", entry["message"]) + picture(spec, lang),
        "explain_why": explanation(spec.code, lang),
        "explain_advice": PARAMETER.sub("…", entry["advice"]),
        "explain_severity": bullets(severities_counted(spec.code, lang)),
        "explain_counted": bullets(unseen(spec.code, lang)),
    }
    said = [f"# {spec.code} {title(spec.code, lang)}", f"`{spec.slug}`"]
    said += [f"## {say(key, lang)}\n\n{text}" for key, text in rows.items() if text]
    return "\n\n".join(said) + "\n"


def bullets(texts: Iterable[str]) -> str:
    return "\n".join(f"- {text}" for text in texts)


def picture(spec: FindingSpec, lang: Lang) -> str:
    """The sample that was drawn to show it, where there is one."""
    return f"\n\n![{title(spec.code, lang)}]({spec.code}.png)" if spec.code in SAMPLES else ""


def unseen(code: str, lang: Lang) -> Iterator[str]:
    """How often a finding was right on the photos that set nothing; a sentence for each severity."""
    rows = COUNTS.findall(readme_part("How good is it?"))
    if not rows:
        raise ValueError("the README has no table of counts")
    for first, last, right, shown, false, others, word in rows:
        if first <= code <= (last or first) and word in SEVERITIES and int(right) + int(false):
            counts = {"right": right, "shown": shown, "false": false, "others": others}
            severity = term(SEVERITIES[word], lang)
            yield say_counted("explain_unseen", code, lang, severity=severity, **counts)


def profile_page(profile: OutputProfile, lang: Lang) -> str:
    """Every rule of a profile with its source."""
    table = [f"| {say(f'profile_row_{key}', lang)} | {value} |" for key, value in rows_of(profile, lang)]
    names = ", ".join(f"`{name}`" for name in (profile.name, *profile.aliases))
    return "\n".join([f"# {profile.title[lang]}", "", names, "", "| | |", "|---|---|", *table, ""])


def errors_page(lang: Lang) -> str:
    """Every code of every class, with what a form answers and what is said; in braces its parameters."""
    code, status, said, exit_code = ERROR_WORDS[lang]
    lines = [f"# {HEADINGS[lang][2]}"]
    for kind in ERRORS:
        lines += ["", f"## {kind.__name__}", "", f"{exit_code}: {kind.exit_code}", ""]
        lines += [f"| {code} | {status} | {said} |", "|---|---|---|"]
        texts = ((each, http, catalogue("errors")[each][lang]) for each, http in kind.codes.items())
        lines += [f"| `{each}` | {http} | {text} |" for each, http, text in texts]
    return "\n".join([*lines, ""])


def seen(photo: Path, lang: Lang) -> bytes:
    """The picture with what scanfix sees drawn on it, PNG."""
    order = make_order()
    source = read_source(photo, SHELL_LIMITS)
    return pipeline.annotate(source, pipeline.prepare(source, order).report, order, lang)


def readme_part(heading: str) -> str:
    """The text under a heading of the README, with links as from a page of the documentation."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    found = re.search(rf"^## {re.escape(heading)}\n(.*?)(?=^## )", text, re.MULTILINE | re.DOTALL)
    if found is None:
        raise ValueError(f"the README has no part {heading!r}")
    return found[1].strip().replace("](docs/", "](")
