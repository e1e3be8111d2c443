"""Numbers of documents: what is accepted, what is detected, what is suggested."""

from __future__ import annotations

import random
import string
from collections.abc import Callable, Iterator
from datetime import date, timedelta

import pytest
from stdnum.cn import ric, uscc
from stdnum.iso7064 import mod_11_10

from scanfix.cli.number import sentences
from scanfix.documents import check_digits
from scanfix.documents.kinds import KINDS
from scanfix.documents.number_forms import ANY, FORMS, PROVINCES, NumberForm, form_title
from scanfix.documents.numbers import check_number
from scanfix.documents.zone import check_digit, parse_zone
from scanfix.errors import ConfigError
from scanfix.masking import masked, without_numbers

COUNT = 10_000
TODAY = date(2026, 11, 27)
BY_NAME = {form.name: form for form in FORMS}


def any_birth(rng: random.Random) -> str:
    return f"{date(1900, 1, 1) + timedelta(days=rng.randrange(45_000)):%Y%m%d}"


def digits(rng: random.Random, count: int) -> str:
    return "".join(rng.choices(string.digits, k=count))


def ordinary(rng: random.Random) -> str:
    """A number of counties that stand in every list, of people born while they did."""
    area = rng.choice(["110101", "310104", "440305", "510104"])
    first = f"{area}{rng.randint(1991, 2020)}{rng.randint(1, 12):02}{rng.randint(1, 28):02}{digits(rng, 3)}"
    return first + check_digits.gb11643_digit(first)


def resident(rng: random.Random, *areas: str) -> str:
    area = rng.choice(areas or [code + "0101" for code in PROVINCES])
    first = area + any_birth(rng) + digits(rng, 3)
    return first + check_digits.gb11643_digit(first)


def credit_code(rng: random.Random) -> str:
    sign = check_digits.CREDIT_ALPHABET
    first = rng.choice("19") + rng.choice("123") + digits(rng, 6) + "".join(rng.choices(sign, k=9))
    return first + check_digits.gb32100_digit(first)


def organisation_code(rng: random.Random) -> str:
    first = "".join(rng.choices(string.digits + string.ascii_uppercase, k=8))
    return first + check_digits.gb11714_digit(first)


def registration(rng: random.Random) -> str:
    first = digits(rng, 14)
    return first + check_digits.registration_digit(first)


MAKERS: dict[str, Callable[[random.Random], str]] = {
    "resident": resident,
    "hk-macao-residence": lambda rng: resident(rng, "810000", "820000"),
    "taiwan-residence": lambda rng: resident(rng, "830000"),
    "foreign-resident": lambda rng: resident(rng, "911156", "931840"),
    "credit-code": credit_code,
    "organisation-code": organisation_code,
    "registration": registration,
}


@pytest.mark.parametrize("name", MAKERS)
def test_ten_thousand_valid_numbers_of_each_standard_are_accepted(name: str) -> None:
    rng = random.Random(name)
    kind = next(kind for kind in KINDS if name in kind.numbers)
    for _ in range(COUNT):
        number = MAKERS[name](rng)
        found = check_number(number, kind, today=TODAY)
        assert found.valid, number
        assert found.number == number


def spoilt(number: str, alphabet: str) -> Iterator[str]:
    """Every single other character at every place."""
    for place, sign in enumerate(number):
        for other in alphabet:
            if other != sign:
                yield number[:place] + other + number[place + 1 :]


def exchanged(number: str) -> Iterator[str]:
    """Every two different neighbours exchanged."""
    for place in range(len(number) - 1):
        one, other = number[place], number[place + 1]
        if one != other:
            yield number[:place] + other + one + number[place + 2 :]


@pytest.mark.parametrize("name", ["resident", "credit-code"])
def test_every_single_error_and_every_exchange_of_neighbours_is_detected(name: str) -> None:
    rng, form = random.Random(name), BY_NAME[name]
    for _ in range(100):
        number = MAKERS[name](rng)
        for wrong in (*spoilt(number, form.places[0]), *exchanged(number)):
            assert form.problem(wrong, TODAY) is not None, (number, wrong)


def test_an_organisation_code_betrays_every_error_but_eleven_apart() -> None:
    """MOD 11 over values to 35: A and L, or 0 and B, count the same. The standard promises no more."""
    rng, form = random.Random(3), BY_NAME["organisation-code"]
    for _ in range(60):
        number = organisation_code(rng)
        for wrong in (*spoilt(number[:8], ANY), *exchanged(number[:8])):
            place = next(p for p, (a, b) in enumerate(zip(number, wrong, strict=False)) if a != b)
            alike = (int(number[place], 36) - int(wrong[place], 36)) % 11 == 0
            assert (form.problem(wrong + number[8], TODAY) is None) == alike


def test_a_registration_number_betrays_every_single_error_and_nearly_every_exchange() -> None:
    rng, form = random.Random(4), BY_NAME["registration"]
    swaps = missed = 0
    for _ in range(300):
        number = registration(rng)
        assert all(form.problem(wrong, TODAY) for wrong in spoilt(number, string.digits))
        found = [form.problem(wrong, TODAY) for wrong in exchanged(number)]
        swaps, missed = swaps + len(found), missed + found.count(None)
    assert missed / swaps < 0.03


def test_a_zone_betrays_every_error_that_its_weights_can_see() -> None:
    rng = random.Random(5)
    for _ in range(300):
        text = "".join(rng.choices(string.digits + string.ascii_uppercase + "<", k=9))
        value = {sign: 0 if sign == "<" else int(sign, 36) for sign in ANY + "<"}
        for wrong in spoilt(text, ANY + "<"):
            place = next(p for p, (a, b) in enumerate(zip(text, wrong, strict=True)) if a != b)
            alike = (value[text[place]] - value[wrong[place]]) % 10 == 0
            assert (check_digit(text) == check_digit(wrong)) == alike


def test_python_stdnum_agrees_wherever_it_is_right() -> None:
    rng = random.Random(6)
    for _ in range(2000):
        person = ordinary(rng)
        assert ric.validate(person) == person
        bad = person[:17] + rng.choice(string.digits.replace(person[17], ""))
        assert not ric.is_valid(bad)
        assert not check_number(bad, "resident-id", today=TODAY).valid
        code = credit_code(rng)
        assert uscc.validate(code) == code
        assert mod_11_10.is_valid(registration(rng))
        wrong = code[:17] + rng.choice(check_digits.CREDIT_ALPHABET.replace(code[17], ""))
        assert uscc.is_valid(wrong) == check_number(wrong, "business-licence", today=TODAY).valid


@pytest.mark.parametrize("area", ["810000", "820000", "830000", "911156"])
def test_python_stdnum_refuses_residence_permits_and_foreign_cards(area: str) -> None:
    number = resident(random.Random(area), area)
    assert check_number(number, today=TODAY).valid
    assert not ric.is_valid(number)


def test_python_stdnum_takes_a_birth_in_the_future_and_we_do_not() -> None:
    first = "11010120990101001"
    number = first + check_digits.gb11643_digit(first)
    assert ric.is_valid(number)
    assert check_number(number, "resident-id", today=TODAY).problem == "birth_date"


def test_python_stdnum_takes_full_width_digits_silently_and_we_say_what_they_are() -> None:
    number = ordinary(random.Random(7))
    wide = number.translate({ord(sign): ord(sign) + 0xFEE0 for sign in string.digits})
    assert ric.is_valid(wide)
    found = check_number(wide)
    assert found.valid
    assert found.changes == ("full_width",)


@pytest.mark.parametrize(
    ("text", "change"),
    [
        ("91350100 M000 100Y43", "spaces"),
        ("91350100M000100Y43(1-1)", "duplicate_mark"),
        ("91350100M000100Y43 （ 1-2 ）", "duplicate_mark"),
        ("91350100m000100y43", "lower_case"),
        ("91350100-M000100Y43", "separators"),
        ("\u200b91350100M000100Y43", "spaces"),
        ("\u202a91350100M000\u00ad100Y43\u202c\u200e", "spaces"),
        ("91350100M000100Y43（副本）", "duplicate_mark"),
        ("91350100M000100Y43(副本1-1)", "duplicate_mark"),
        ("\u0669\u0661350100M000100Y43", "other_script"),
        ("9135\u0966100M000100Y43", "other_script"),
        ("\U0001d7d71350100M000100Y43", "other_script"),
    ],
)
def test_what_a_form_does_not_want_is_taken_off_and_told(text: str, change: str) -> None:
    found = check_number(text, "business-licence")
    assert found.valid
    assert found.number == "91350100M000100Y43"
    assert change in found.changes


@pytest.mark.parametrize("cross", ["\u0425", "\u03a7", "\u2169", "\u00d7"])
def test_a_cross_of_another_script_is_the_x_that_a_number_ends_with(cross: str) -> None:
    found = check_number("11010519491231002" + cross, today=TODAY)
    assert found.valid
    assert found.changes == ("other_script",)


@pytest.mark.parametrize("number", ["SPECI2014", "C01XYCCG9", "NWK1R4H39", "JCU9J4T2"])
def test_passports_of_mostly_letters_are_right(number: str) -> None:
    assert check_number(number, "passport").valid


def test_what_no_authority_gives_is_refused() -> None:
    for number, kind in (
        ("000000000000000000", "business-licence"),
        ("00350100M000100Y4F", "business-licence"),
        ("CO1234567", "mainland-hk-macao-permit"),
        ("PASSPORTS", "passport"),
    ):
        assert not check_number(number, kind).valid


def test_the_years_of_a_zone_are_those_around_the_day_it_is_asked_on() -> None:
    zone = check_number(
        "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F1204159ZE184226B<<<<<10",
        today=date(1980, 1, 1),
    ).zone
    assert zone is not None
    assert zone.expiry == date(1912, 4, 15)


def test_a_zone_is_the_number_of_kinds_that_bear_one_alone() -> None:
    zone = "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F1204159ZE184226B<<<<<10"
    assert check_number(zone, "passport").valid
    assert not check_number(zone, "business-licence").valid


@pytest.mark.parametrize("mark", ["(1-1)", "[1-1]", "【1-1】", "(1-1副本)", "(副本 1/2)"])
def test_the_mark_of_a_duplicate_is_no_part_of_the_number(mark: str) -> None:
    found = check_number("91350100M000100Y43" + mark)
    assert found.valid
    assert "duplicate_mark" in found.changes


def test_a_text_of_any_length_takes_no_time_and_what_is_none_is_a_wrong_call() -> None:
    assert not check_number("(" * 1_000_000).valid
    assert len(check_number("1" * 1_000_000).number) < 1_000
    with pytest.raises(ConfigError):
        check_number(11010519491231002)  # type: ignore[arg-type]


def test_a_number_whose_birthday_is_mistyped_is_a_persons() -> None:
    mistyped = ("11010519991331002X", "440106199913310020", "330106199902310021", "11010519491231A02X")
    for number in mistyped:
        assert check_number(number, today=TODAY).form == "resident"
    for number in ("91110108551385082Q", "110105994912310021"):
        assert check_number(number, today=TODAY).form == "credit-code"


def test_a_number_with_a_birthday_that_never_was_is_a_persons() -> None:
    for first in ("11010520010229001", "11010519000229001", "11010520261128001"):
        found = check_number(first + check_digits.gb11643_digit(first), today=TODAY)
        assert (found.form, found.problem) == ("resident", "birth_date")


@pytest.mark.parametrize(("day", "problem"), [("20261127", None), ("20261128", "birth_date")])
def test_a_person_may_be_born_today_and_not_tomorrow(day: str, problem: str | None) -> None:
    first = f"110105{day}002"
    number = first + check_digits.gb11643_digit(first)
    assert check_number(number, "resident-id", today=TODAY).problem == problem


def test_of_a_kind_that_bears_numbers_of_many_states_only_the_writing_is_judged() -> None:
    kind = next(kind for kind in KINDS if not kind.numbers)
    known = check_number("11010519491231002X", kind, today=TODAY)
    assert (known.form, known.birth) == ("resident", date(1949, 12, 31))
    assert check_number("XYZ", kind, today=TODAY).problem is None


def test_a_number_as_a_form_wants_it_needs_no_change() -> None:
    assert check_number("91350100M000100Y43").changes == ()


@pytest.mark.parametrize(
    ("text", "right", "places"),
    [
        ("11O1O519491231OO2X", "11010519491231002X", (3, 5, 15, 16)),
        ("1I010519491231002X", "11010519491231002X", (2,)),
        ("91350100M000100Y43".replace("00Y", "O0Y"), "91350100M000100Y43", (14,)),
        ("S1010519491231002X", None, ()),
        ("110105194912310021", None, ()),
    ],
)
def test_the_only_look_alike_with_a_right_check_digit_is_told(
    text: str, right: str | None, places: tuple[int, ...]
) -> None:
    found = check_number(text, today=TODAY)
    assert not found.valid
    assert found.correction == right
    assert found.corrected_places == places


def test_of_eight_and_b_the_one_that_fits_is_told_and_nothing_where_two_do() -> None:
    rng, told = random.Random(8), 0
    for _ in range(500):
        code = credit_code(rng)
        places = [place for place, sign in enumerate(code[:17]) if sign in "8B"]
        if not places:
            continue
        place = rng.choice(places)
        typed = code[:place] + ("8" if code[place] == "B" else "B") + code[place + 1 :]
        found = check_number(typed, "business-licence", today=TODAY).correction
        assert found in (code, None)
        told += found is not None
    assert told > 150


def test_a_correction_is_never_told_for_a_number_that_is_right() -> None:
    rng = random.Random(9)
    for maker in MAKERS.values():
        assert all(check_number(maker(rng), today=TODAY).correction is None for _ in range(200))


@pytest.mark.parametrize(
    ("text", "kind", "problem"),
    [
        ("", None, "empty"),
        ("1101051949123100", "resident-id", "length"),
        ("1101051949123100AX", "resident-id", "characters"),
        ("110105194912310021", "resident-id", "check_digit"),
        ("110105194913310021", "resident-id", "birth_date"),
        ("110105491231002", "resident-id", "old_number"),
        ("11010549123100A", "resident-id", "length"),
        ("AB123", "passport", "length"),
        ("990000199001010000", "resident-id", "check_digit"),
        ("810000199408230021", "resident-id", "area"),
        ("11010519491231002X", "taiwan-residence-permit", "area"),
        ("E1234567", "business-licence", "length"),
        ("not a number", None, "unknown_form"),
    ],
)
def test_what_is_wrong_is_named(text: str, kind: str | None, problem: str) -> None:
    assert check_number(text, kind, today=TODAY).problem == problem


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("H12345678", "hk-macao-permit"),
        ("M0123456701", "hk-macao-permit"),
        ("C12345678", "mainland-hk-macao-permit"),
        ("CA1234567", "mainland-hk-macao-permit"),
        ("L12345678", "mainland-taiwan-permit"),
        ("12345678", "taiwan-permit"),
        ("E12345678", "passport"),
        ("AB1234", "passport"),
        ("ABC123456789012", "foreign-resident-2017"),
        ("91350100M000100Y43", "credit-code"),
        ("11010519491231002X", "resident"),
    ],
)
def test_the_form_of_a_number_is_found_without_naming_the_kind(text: str, form: str) -> None:
    found = check_number(text, today=TODAY)
    assert found.valid
    assert found.form == form


def test_an_unknown_kind_is_a_wrong_call() -> None:
    with pytest.raises(ConfigError):
        check_number("123", "library-card")


def test_nothing_that_is_printed_by_itself_shows_the_number() -> None:
    for text in ("11010519491231002X", "11O10519491231002X", "H12345678", "12345678"):
        found = check_number(text, today=TODAY)
        for told in (repr(found), str(found.to_dict())):
            assert found.number not in told
            assert found.number[3:-3] not in told


@pytest.mark.parametrize("number", ["", "1", "12", "12345678", "11010519491231002X"])
def test_a_masked_number_keeps_its_length_and_at_most_its_ends(number: str) -> None:
    shown = masked(number)
    assert len(shown) == len(number)
    assert sum(sign != "*" for sign in shown) <= 4
    assert len(number) < 3 or "*" in shown


@pytest.mark.parametrize(
    "number",
    ["110105491231002", "11010519491231002X", "110105 19491231 002x", "1-1-0-1-0-5-4-9-1-2-3-1-0-0-2"],
)
def test_what_is_as_long_as_a_persons_number_is_masked_and_the_time_of_a_photo_is_not(number: str) -> None:
    assert number not in without_numbers(f"scan {number}.jpg")
    for time in ("IMG_20261127_1530.jpg", "20261127153000"):
        assert without_numbers(time) == time


@pytest.mark.parametrize("told", [
    "E12345678", "EA1234567", "P<CHNZHANG<<SAN<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<",
    "E123456789CHN8001014M2001019<<<<<<<<<<<<<<04",
])  # fmt: skip
def test_a_passport_is_not_repeated_where_it_was_not_asked_for(told: str) -> None:
    said = without_numbers(f"the passport {told} of a person")
    assert told[3:-2] not in said
    assert said.startswith("the passport ")
    assert said.endswith(" of a person")


@pytest.mark.parametrize("text", ["11010519491231002x", "91350100m000100y43"])
def test_small_letters_are_put_right_and_no_form_is_told_to_mind_them(text: str) -> None:
    found = check_number(text, today=TODAY)
    assert (found.number, found.unwanted) == (text.upper(), ())
    assert check_number(f"{text[:6]} {text[6:]}", today=TODAY).unwanted == ("spaces",)


@pytest.mark.parametrize("form", FORMS, ids=lambda form: f"{form.name}-{form.length}")
def test_every_form_has_titles_a_source_and_a_kind(form: NumberForm) -> None:
    assert form.source
    assert form_title(form.name, "zh") != form_title(form.name, "en")
    assert any(form.name in kind.numbers for kind in KINDS)


def test_every_form_that_a_kind_names_exists() -> None:
    assert {name for kind in KINDS for name in kind.numbers} == set(BY_NAME)


# The specimens of ICAO Doc 9303, parts 4, 5 and 6.
TD3 = "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F1204159ZE184226B<<<<<10"
TD1 = "I<UTOD231458907<<<<<<<<<<<<<<<\n7408122F1204159UTO<<<<<<<<<<<6\nERIKSSON<<ANNA<MARIA<<<<<<<<<<"
TD2 = "I<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<\nD231458907UTO7408122F1204159<<<<<<<6"


@pytest.mark.parametrize(("text", "size"), [(TD1, "TD1"), (TD2, "TD2"), (TD3, "TD3")])
def test_the_specimens_of_the_standard_are_read_whole(text: str, size: str) -> None:
    zone = parse_zone(text, TODAY)
    assert zone is not None
    assert (zone.size, zone.state, zone.name, zone.sex) == (size, "UTO", "ERIKSSON ANNA MARIA", "F")
    assert (zone.birth, zone.expiry) == (date(1974, 8, 12), date(2012, 4, 15))
    assert zone.right
    assert not zone.mended
    assert parse_zone(text.replace("\n", ""), TODAY) == zone


def test_of_a_visa_the_last_field_is_the_states_own() -> None:
    visas = (
        "V<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL8988901C4XXX4009078F96121096ZE184226B<<<<<<",
        "V<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL8988901C4XXX4009078F96121096ZE184226B<<<<<O",
        "V<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<\nL8988901C4XXX4009078F9612109<<<<<<<<",
    )
    for text in visas:
        zone = parse_zone(text, TODAY)
        assert zone is not None
        assert (zone.right, zone.mended) == (True, ())


def test_a_card_of_france_of_before_2021_is_no_zone_of_this_kind() -> None:
    assert (
        parse_zone("IDFRABERTHIER<<<<<<<<<<<<<<<<<<<<<<<\n8806923102858CORINNE<<<<<<<6512068F6", TODAY)
        is None
    )


def test_the_digit_over_all_is_put_right_too_and_a_typed_zone_is_not() -> None:
    zone = parse_zone(TD3[:-1] + "O", TODAY)
    assert zone is not None
    assert zone.right == (TD3[-1] == "0")
    typed = check_number(TD3.replace("7408122F", "74O8122F"), today=TODAY)
    assert typed.problem == "zone_look_alike"
    assert typed.zone is not None
    assert typed.zone.mended == ((2, 16, "0"),)
    assert "line 2, place 16 (0 is wanted)" in " ".join(sentences(typed, "en", show=False))
    assert check_number(TD3, today=TODAY).valid


@pytest.mark.parametrize(
    ("text", "lengths"),
    [(TD3 + "<<", (44, 46)), (TD3.split("\n")[0].rstrip("<"), (25,)), (TD3.replace("<<<<", "<", 1), None)],
)
def test_a_zone_of_another_length_is_told_as_one(text: str, lengths: tuple[int, ...] | None) -> None:
    found = check_number(text, today=TODAY)
    assert (found.form, found.problem) == ("zone", "zone_shape")
    assert lengths is None or found.line_lengths == lengths
    (said,) = sentences(found, "zh", show=False)
    assert str(found.line_lengths[0]) in said


def test_a_number_of_two_forms_is_told_as_either() -> None:
    found = check_number("E50951092", today=TODAY)
    assert {found.form, *found.others} == {"organisation-code", "passport"}
    first, *_ = sentences(found, "en", show=False)
    assert "Passport number" in first
    assert "Organisation code" in first
    assert check_number("E50951092", "passport", today=TODAY).others == ()


@pytest.mark.parametrize("label", ["身份证号：", "ID: ", "公民身份号码 :"])
def test_a_number_is_taken_without_the_words_before_it(label: str) -> None:
    found = check_number(label + "11010519491231002X", "resident-id", today=TODAY)
    assert (found.valid, found.number) == (True, "11010519491231002X")
    assert "label" in found.unwanted


@pytest.mark.parametrize(("text", "kind", "form"), [
    ("E:12345678", "passport", "passport"), ("H：12345678", "hk-macao-permit", "hk-macao-permit"),
    ("组织机构代码：12345678-9", None, "organisation-code"), ("MRZ: " + TD3, None, "zone"),
])  # fmt: skip
def test_what_stands_before_a_colon_may_be_the_number_s_own(text: str, kind: str | None, form: str) -> None:
    assert check_number(text, kind, today=TODAY).form == form
    assert check_number(text, kind, today=TODAY).problem in (None, "check_digit")


def test_lines_of_the_right_length_are_not_called_wrong() -> None:
    french = "IDFRABERTHIER<<<<<<<<<<<<<<<<<<<<<<<\n8806923102858CORINNE<<<<<<<6512068F6"
    assert check_number(french, today=TODAY).problem != "zone_shape"
    assert check_number(TD3, "resident-id", today=TODAY).problem != "zone_shape"


def test_what_a_camera_calls_its_files_is_no_passport() -> None:
    for name in ("P1010023.JPG", "R0012345.jpg"):
        assert without_numbers(name) == name
    assert without_numbers("A" * 200_000) == "A" * 200_000


@pytest.mark.parametrize(
    ("number", "kind", "form", "wanted"),
    [
        ("1101051949123100", None, "resident", 18),
        ("11010519491231002", None, "resident", 18),
        ("1101051949123100213", None, "resident", 18),
        ("810000199413230018", None, "hk-macao-residence", 18),
        ("911156199001010015", None, "foreign-resident", 18),
        ("12345678", "ORG", "organisation-code", 9),
        ("USA11001234567", "WAIGUOREN", "foreign-resident-2017", 15),
        ("1234", "passport", "passport", None),
    ],
)
def test_a_number_that_is_wrong_is_judged_as_what_it_is_nearest_to(
    number: str, kind: str | None, form: str, wanted: int | None
) -> None:
    found = check_number(number, kind, today=TODAY)
    assert (found.form, found.wanted_length) == (form, wanted)
    assert not found.valid


def test_a_number_longer_than_its_field_goes_on_in_the_optional_one() -> None:
    long = "I<UTOD23145890<7349<<<<<<<<<<<\n3407127M9507122UTO<<<<<<<<<<<2\nSTEVENSON<<PETER<JOHN<<<<<<<<<"
    zone = parse_zone(long, TODAY)
    assert zone is not None
    assert zone.right
    assert zone.number == "D23145890734"


def td2(number: str, own: str) -> str:
    """The zone of a larger card, of a number with the sign behind it and of the field of the state."""
    lower = f"{number}UTO7408122F1204159{own}"
    return f"{TD2.splitlines()[0]}\n{lower}{check_digit(lower[:10] + lower[13:20] + lower[21:35])}"


@pytest.mark.parametrize("more", ["734", "734912"])
def test_a_number_of_a_larger_card_goes_on_to_the_end_of_its_own_field(more: str) -> None:
    own = more + check_digit("D23145890" + more)
    zone = parse_zone(td2("D23145890<", own.ljust(7, "<")), TODAY)
    assert zone is not None
    assert zone.right
    assert zone.number == "D23145890" + more


def test_what_follows_a_number_and_is_not_confirmed_is_no_part_of_it() -> None:
    zone = parse_zone(td2("D23145890<", "7340<<<"), TODAY)
    assert zone is not None
    assert zone.number == "D23145890"


def test_the_digit_over_all_of_a_larger_card_covers_the_whole_field_of_the_state() -> None:
    text = td2("D231458907", "ABCDEFG")
    right, wrong = parse_zone(text, TODAY), parse_zone(text.replace("ABCDEFG", "ABCDEFH"), TODAY)
    assert right is not None
    assert wrong is not None
    assert (right.wrong, wrong.wrong) == ((), ("composite",))


def td3(
    number: str = "L898902C3",
    birth: str = "740812",
    sex: str = "F",
    expiry: str = "320415",
    own: str = "<" * 14,
    *,
    name: str = "ERIKSSON",
    number_digit: str = "",
    own_digit: str = "",
) -> str:
    """The zone of a passport; the digits that are not given are right."""
    lower = f"{number}{number_digit or check_digit(number)}UTO{birth}{check_digit(birth)}{sex}"
    lower += f"{expiry}{check_digit(expiry)}{own}{own_digit or check_digit(own)}"
    whole = check_digit(lower[:10] + lower[13:20] + lower[21:43])
    return f"P<UTO{name}<<ANNA".ljust(44, "<") + f"\n{lower}{whole}"


def passport(rng: random.Random) -> str:
    number = "".join(rng.choices(string.ascii_uppercase, k=2)) + digits(rng, 7)
    name = "".join(rng.choices(string.ascii_uppercase, k=rng.randint(2, 12)))
    return td3(number, any_birth(rng)[2:], rng.choice("MF<"), f"3{digits(rng, 1)}0101", name=name)


def test_ten_thousand_passports_are_right() -> None:
    rng = random.Random(10)
    for _ in range(COUNT):
        text = passport(rng)
        zone = parse_zone(text, TODAY)
        assert zone is not None
        assert zone.right, text


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("250101", date(2025, 1, 1)),
        ("261127", date(2026, 11, 27)),
        ("261128", date(1926, 11, 28)),
        ("270101", date(1927, 1, 1)),
    ],
)
def test_two_digits_of_a_year_of_birth_never_lie_ahead(written: str, meant: date) -> None:
    zone = parse_zone(td3(birth=written), TODAY)
    assert zone is not None
    assert zone.birth == meant


def test_a_sex_that_is_not_told_is_x() -> None:
    zone = parse_zone(td3(sex="<"), TODAY)
    assert zone is not None
    assert zone.sex == "X"


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        (td3(number_digit="<"), ("number",)),
        (td3(own_digit="<"), ()),
        (td3(own="ZE184226B<<<<<", own_digit="<"), ("optional",)),
    ],
)
def test_of_a_passport_only_an_empty_field_of_the_state_may_leave_its_digit_out(
    text: str, wrong: tuple[str, ...]
) -> None:
    zone = parse_zone(text, TODAY)
    assert zone is not None
    assert zone.wrong == wrong


def test_a_digit_read_as_its_look_alike_is_put_right_in_a_zone() -> None:
    zone = parse_zone(TD3.replace("7408122F", "74O8I22F").replace("UTO7", "UT07"), TODAY)
    assert zone is not None
    assert zone.right
    assert zone.mended


def test_a_wrong_character_of_a_zone_is_told_by_its_field() -> None:
    zone = parse_zone(TD3.replace("1204159", "1304159"), TODAY)
    assert zone is not None
    assert zone.wrong == ("expiry", "composite")
    assert check_number(TD3.replace("1204159", "1304159")).problem == "zone_check_digit"


@pytest.mark.parametrize("text", ["", "<<<", "P<UTO", "HELLO\nWORLD", TD3[:60], TD1.replace("UTO", "!TO")])
def test_what_has_not_the_shape_of_a_zone_is_none(text: str) -> None:
    assert parse_zone(text, TODAY) is None


@pytest.mark.parametrize(("text", "form"), [("12345678-9", "organisation-code"), ("123-456", "passport")])
def test_with_its_hyphen_a_code_of_an_organisation_is_no_passport(text: str, form: str) -> None:
    assert check_number(text, today=TODAY).form == form
