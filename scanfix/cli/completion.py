"""What a shell offers after Tab: profiles, kinds, limits and codes, each with its title."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from scanfix.messages import term, title, user_lang

Offers = Iterator[tuple[str, str]]
"""Values and what they are."""


def complete_profile(typed: str) -> Offers:
    from scanfix.profiles import load_profile, profile_names

    return _beginning(typed, ((name, load_profile(name).title[user_lang()]) for name in profile_names()))


def complete_kind(typed: str) -> Offers:
    from scanfix.documents.kinds import KINDS

    return _beginning(typed, ((kind.name, kind.title[user_lang()]) for kind in KINDS))


def complete_limit(typed: str) -> Offers:
    from scanfix.cli.limits import LIMITS

    return _beginning(typed, ((f"{name}=", term(f"counts_{name}", user_lang())) for name in LIMITS))


def complete_code(typed: str) -> Offers:
    from scanfix.findings import FINDINGS

    return _beginning(typed.upper(), ((code, title(code, user_lang())) for code in FINDINGS))


def _beginning(typed: str, offers: Iterable[tuple[str, str]]) -> Offers:
    return (offer for offer in offers if offer[0].startswith(typed))
