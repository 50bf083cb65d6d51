"""Organisation, giro and postal numbers as people write them, and names that are alike."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum import luhn

from applicants.checks import (
    GiroFault,
    OrganisationNumberFault,
    PostalCodeFault,
    contact_details,
    likeness,
    normalise_giro,
    normalise_org_no,
    normalise_postal_code,
    similar_names,
)
from applicants.enums import GiroKind
from tests.factories import org_no

SPACES = st.sampled_from(["", " ", "\t", "\N{NO-BREAK SPACE}", "  "])
DASHES = st.sampled_from(["", "-", "\N{EN DASH}", "\N{NON-BREAKING HYPHEN}", "\N{MINUS SIGN}"])


@pytest.mark.parametrize(
    "written",
    ["222013-0013", "2220130013", " 222013 0013 ", "222013–0013", "16222013-0013", "162220130013"],
)
def test_common_ways_of_writing_are_understood(written: str) -> None:
    assert normalise_org_no(written) == "222013-0013"


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("", "form"),
        ("222013-001", "form"),
        ("222013-00134", "form"),
        ("22201X-0013", "form"),
        ("222013-0014", "checksum"),
        ("811228-9874", "person"),
        ("19811228-9874", "form"),
    ],
)
def test_what_is_not_a_number_says_why(written: str, code: str) -> None:
    with pytest.raises(OrganisationNumberFault) as caught:
        normalise_org_no(written)
    assert caught.value.code == code


@given(st.integers(0, 999_999), st.integers(0, 9))
def test_a_wrong_check_digit_is_always_found(n: int, digit: int) -> None:
    right = org_no(n)
    assert normalise_org_no(right.replace("-", "")) == right
    if right[-1] != str(digit):
        with pytest.raises(OrganisationNumberFault):
            normalise_org_no(right[:-1] + str(digit))


@given(st.integers(0, 999_999), SPACES, DASHES, SPACES, st.sampled_from(["", "16"]))
def test_every_way_of_writing_a_number_is_the_same_number(
    n: int, before: str, dash: str, between: str, century: str
) -> None:
    right = org_no(n)
    written = f"{before}{century}{right[:6]}{between}{dash}{between}{right[7:]}{before}"
    assert normalise_org_no(written) == right
    assert normalise_org_no(normalise_org_no(written)) == right


@given(st.text(max_size=20))
def test_any_text_is_a_number_or_a_fault(text: str) -> None:
    for normalise in (normalise_org_no, normalise_postal_code):
        try:
            found = normalise(text)
        except (OrganisationNumberFault, PostalCodeFault):
            continue
        assert normalise(found) == found
    for kind in GiroKind:
        try:
            found = normalise_giro(kind, text)
        except GiroFault:
            continue
        assert normalise_giro(kind, found) == found


@st.composite
def giro(draw: st.DrawFn) -> tuple[GiroKind, str]:
    """A right number, in its normal form."""
    kind = draw(st.sampled_from(GiroKind))
    least, most = (5, 6) if kind == GiroKind.BANKGIRO else (0, 6)
    digits = draw(st.from_regex(rf"[1-9][0-9]{{{least},{most}}}", fullmatch=True))
    digits += luhn.calc_check_digit(digits)
    after = 4 if kind == GiroKind.BANKGIRO else 1
    return kind, f"{digits[:-after]}-{digits[-after:]}"


@given(giro(), DASHES, SPACES)
def test_every_way_of_writing_a_giro_number_is_the_same_number(
    number: tuple[GiroKind, str], dash: str, space: str
) -> None:
    kind, right = number
    written = space + right.replace("-", f"{space}{dash}{space}") + space
    assert normalise_giro(kind, written) == right


@given(giro(), st.integers(0, 9))
def test_a_wrong_last_digit_of_a_giro_number_is_always_found(
    number: tuple[GiroKind, str], digit: int
) -> None:
    kind, right = number
    if right[-1] != str(digit):
        with pytest.raises(GiroFault, match="checksum"):
            normalise_giro(kind, right[:-1] + str(digit))


@pytest.mark.parametrize(
    ("kind", "written", "right"),
    [
        (GiroKind.BANKGIRO, "5050-1055", "5050-1055"),
        (GiroKind.BANKGIRO, "991-2346", "991-2346"),
        (GiroKind.PLUSGIRO, "28 65 43-4", "286543-4"),
        (GiroKind.PLUSGIRO, "4-2", "4-2"),
    ],
)
def test_giro_numbers_as_they_are_printed(kind: GiroKind, written: str, right: str) -> None:
    assert normalise_giro(kind, written) == right


@pytest.mark.parametrize(
    ("kind", "written"),
    [
        (GiroKind.BANKGIRO, "505-01055"),
        (GiroKind.BANKGIRO, "5050-10-55"),
        (GiroKind.BANKGIRO, "505010555"),
        (GiroKind.BANKGIRO, "4-2"),
        (GiroKind.PLUSGIRO, "42-"),
        (GiroKind.PLUSGIRO, "2"),
        (GiroKind.PLUSGIRO, "00-0"),
        (GiroKind.PLUSGIRO, "٤-٢"),
        (GiroKind.PLUSGIRO, ""),
    ],
)
def test_what_is_not_a_giro_number(kind: GiroKind, written: str) -> None:
    with pytest.raises(GiroFault, match="form"):
        normalise_giro(kind, written)


@pytest.mark.parametrize("written", ["11418", "114 18", "SE-114 18", " s 11418 "])
def test_postal_codes(written: str) -> None:
    assert normalise_postal_code(written) == "114 18"


@pytest.mark.parametrize("written", ["01418", "1141", "114188", "abcde", "DK-1000"])
def test_what_is_not_a_postal_code(written: str) -> None:
    with pytest.raises(PostalCodeFault):
        normalise_postal_code(written)


def test_contact_details_have_a_normal_form() -> None:
    given_ = contact_details(street=" Storgatan  1 ", giro_kind="plusgiro", giro_number="42")
    assert (given_.street, given_.giro_number) == ("Storgatan 1", "4-2")
    assert contact_details(giro_kind="plusgiro", giro_number="").giro_kind == ""
    with pytest.raises(GiroFault, match="kind"):
        contact_details(giro_number="4-2")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Kvinnojouren Stjärnan", "KVINNOJOUREN STJARNAN"),
        ("Föreningen Kvinnojouren Stjärnan", "Kvinnojouren Stjärnan"),
        ("Stjärnan Kvinnojour", "Kvinnojour Stjärnan"),
        ("Kvinno-jouren Stjärnan", "Kvinnojouren Stjärnan"),
        ("Ale kommun", "Kommunen Ale"),
        ("Terrafem, Stockholm", "Terra-fem i Stockholm"),
    ],
)
def test_names_that_are_alike(one: str, other: str) -> None:
    assert similar_names(one, other)
    assert similar_names(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [("Kvinnojouren Stjärnan", "Tjejjouren Månen"), ("", ""), ("Ale kommun", "Boden kommun")],
)
def test_names_that_are_not(one: str, other: str) -> None:
    assert not similar_names(one, other)


@given(st.text(max_size=40), st.text(max_size=40))
def test_likeness_is_the_same_both_ways(one: str, other: str) -> None:
    assert likeness(one, other) == likeness(other, one)
    assert 0 <= likeness(one, other) <= 100
