"""What part of a joint application belongs to whom: to the last krona."""

from hypothesis import given
from hypothesis import strategies as st

from reviews.checks.shares import ShareLine, divided, parts_of

AMOUNTS = st.integers(min_value=0, max_value=200_000_000)


@st.composite
def lines(draw: st.DrawFn, *, checked: bool = True) -> tuple[list[ShareLine], list[int], set[int]]:
    organisations = draw(st.lists(st.integers(1, 30), min_size=1, max_size=8, unique=True))
    found = []
    for _number in range(draw(st.integers(0, 12))):
        asked = draw(AMOUNTS)
        # Some lines are in common, and some belong to one who has left.
        whose = draw(st.sampled_from([*organisations, None, 99]))
        approved = draw(st.integers(0, asked)) if checked else None
        found.append(ShareLine(whose, asked, approved))
    failing = draw(st.sets(st.sampled_from(organisations)))
    return found, organisations, failing


@given(lines())
def test_the_parts_add_up_to_the_whole(drawn: tuple[list[ShareLine], list[int], set[int]]) -> None:
    found, organisations, failing = drawn
    parts = parts_of(found, organisations, failing)
    assert [part.organisation for part in parts.parts] == organisations
    assert parts.asked_sek == sum(line.asked_sek for line in found)
    assert parts.approved_sek == sum(line.approved_sek or 0 for line in found)


@given(lines())
def test_what_qualifies_and_what_does_not_are_the_whole(
    drawn: tuple[list[ShareLine], list[int], set[int]],
) -> None:
    found, organisations, failing = drawn
    parts = parts_of(found, organisations, failing)
    others = parts_of(found, organisations, set(organisations) - failing)
    assert parts.qualified_asked_sek + others.qualified_asked_sek == parts.asked_sek
    rest = sum(part.approved_sek or 0 for part in parts.parts if not part.qualifies)
    assert (parts.qualified_approved_sek or 0) + rest == parts.approved_sek
    # Of costs in common nothing goes to one that fails before those that meet have all their part.
    own = [line for line in found if line.organisation in organisations]
    alone = parts_of(own, organisations, failing).parts
    most = [part.asked_sek - its.asked_sek for part, its in zip(parts.parts, alone, strict=True)]
    given_ = [
        (part.approved_sek or 0) - (its.approved_sek or 0)
        for part, its in zip(parts.parts, alone, strict=True)
    ]
    meets = [part.qualifies for part in parts.parts]
    assert not any(sek for sek, ok in zip(given_, meets, strict=True) if not ok) or all(
        sek == top for sek, top, ok in zip(given_, most, meets, strict=True) if ok
    )


@given(lines())
def test_nobody_is_approved_more_than_it_asked_for_and_nobody_less_than_its_own(
    drawn: tuple[list[ShareLine], list[int], set[int]],
) -> None:
    found, organisations, failing = drawn
    for part in parts_of(found, organisations, failing).parts:
        own = [line for line in found if line.organisation == part.organisation]
        assert part.approved_sek is not None
        assert sum(line.approved_sek or 0 for line in own) <= part.approved_sek <= part.asked_sek
        assert part.asked_sek >= sum(line.asked_sek for line in own)
        assert part.qualifies == (part.organisation not in failing)


@given(lines(checked=False))
def test_nothing_is_approved_before_the_costs_are_checked(
    drawn: tuple[list[ShareLine], list[int], set[int]],
) -> None:
    found, organisations, failing = drawn
    parts = parts_of(found, organisations, failing)
    if found:
        assert parts.approved_sek is None
        assert parts.qualified_approved_sek is None
    assert parts.asked_sek == sum(line.asked_sek for line in found)


@given(st.dictionaries(st.integers(0, 50), AMOUNTS, min_size=1, max_size=9), AMOUNTS)
def test_dividing_loses_no_krona_and_nobody_is_off_by_more_than_one(
    weights: dict[int, int], amount: int
) -> None:
    found = divided(amount, weights)
    assert sum(found.values()) == amount
    total = sum(weights.values())
    for each, share in found.items():
        exact = amount * weights[each] / total if total else amount / len(weights)
        assert abs(share - exact) <= 1


def test_costs_in_common_follow_what_each_asked_for_itself() -> None:
    parts = parts_of(
        [ShareLine(1, 300, 300), ShareLine(2, 100, 50), ShareLine(None, 101, 101)], [1, 2], {1}
    )
    assert [(part.asked_sek, part.approved_sek) for part in parts.parts] == [(376, 376), (125, 75)]
    assert (parts.qualified_asked_sek, parts.qualified_approved_sek) == (125, 75)


def test_one_line_for_the_whole_case_is_divided_equally() -> None:
    parts = parts_of([ShareLine(None, 100)], [7, 8, 9], set())
    assert [part.asked_sek for part in parts.parts] == [34, 33, 33]
