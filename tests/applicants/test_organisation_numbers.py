"""Organisation numbers as people write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from applicants.checks import OrganisationNumberFault, normalise_org_no
from tests.factories import org_no


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
