"""The components that pages are made of, each by itself, also those that wait for their page."""

import re
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from django import forms
from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation
from lxml import html

from core.content import (
    Cell,
    Column,
    Figure,
    Progress,
    Row,
    SummaryRow,
    Table,
    Tag,
    Task,
    TaskSection,
    TimelineItem,
    Tone,
)
from core.templatetags import formats
from core.templatetags.tables import table_html
from portal.content import area_tag, build_tag, report_tag, status_tag
from portal.views.journal import EVENTS, NOT_RECORDED
from tests.portal.html import text

NBSP = "\N{NO-BREAK SPACE}"
ROOT = Path(settings.BASE_DIR)


def rendered(name: str, **context: Any) -> Any:
    with translation.override("en"):
        markup = render_to_string(f"components/{name}.html", context)
    return html.fromstring(f"<div>{markup}</div>")


class Form(forms.Form):
    name = forms.CharField(label="Name", help_text="As in the register")
    note = forms.CharField(label="Note", required=False, widget=forms.Textarea)
    agree = forms.BooleanField(label="Agree", help_text="Needed")
    state = forms.ChoiceField(
        label="State", widget=forms.RadioSelect, choices=[("a", "A"), ("b", "B")], help_text="Now"
    )


def described(root: Any, control: Any) -> list[str]:
    """The texts that a control's description names; each must be there."""
    ids = (control.get("aria-describedby") or "").split()
    return [text(root.cssselect(f"#{each}")[0]) for each in ids]


def test_a_field_ties_label_hint_and_error_to_its_control() -> None:
    root = rendered("field", field=Form({"name": ""})["name"])
    control = root.cssselect("input")[0]
    assert text(root.cssselect(f"label[for='{control.get('id')}']")[0]) == "Name"
    assert control.get("aria-invalid") == "true"
    assert described(root, control) == ["As in the register", "Error: This field is required."]


def test_a_field_without_error_has_its_hint_only() -> None:
    root = rendered("field", field=Form({"name": "Bo"})["name"])
    control = root.cssselect("input")[0]
    assert control.get("aria-invalid") is None
    assert described(root, control) == ["As in the register"]
    assert not root.cssselect(".ds-validation-message")


def test_a_field_says_when_it_may_be_left_out() -> None:
    assert "(optional)" in text(rendered("field", field=Form()["note"], show_optional=True))
    assert "(optional)" not in text(rendered("field", field=Form()["name"], show_optional=True))


def test_a_checkbox_comes_before_its_label() -> None:
    root = rendered("field", field=Form({})["agree"])
    control = root.cssselect("input[type=checkbox]")[0]
    assert control.getnext().tag == "label"
    assert described(root, control) == ["Needed", "Error: This field is required."]


def test_several_controls_stand_under_one_legend() -> None:
    root = rendered("field", field=Form({})["state"])
    group = root.cssselect("fieldset")[0]
    assert text(group.cssselect("legend")[0]) == "State"
    assert described(root, group) == ["Now", "Error: This field is required."]
    for control in group.cssselect("input[type=radio]"):
        assert text(group.cssselect(f"label[for='{control.get('id')}']")[0]) in {"A", "B"}


def test_the_error_summary_leads_to_each_field() -> None:
    form = Form({"agree": "on"})
    assert not form.is_valid()
    root = rendered("error_summary", form=form)
    fields = "".join(render_to_string("components/field.html", {"field": field}) for field in form)
    page = html.fromstring(f"<div>{fields}</div>")
    links = [each.get("href") for each in root.cssselect("a")]
    assert len(links) == 2
    for link in links:
        assert page.cssselect(link)
    assert not rendered("error_summary", form=Form()).cssselect(".ds-error-summary")


def test_a_task_list_says_what_is_left() -> None:
    done, later = Tag("Done", Tone.SUCCESS), Tag("Cannot begin yet")
    tasks = (Task("Organisation", done, url="/o/", hint="Name"), Task("Send in", later))
    root = rendered("task_list", sections=[TaskSection("Write", tasks)])
    assert text(root.cssselect("h2")[0]) == "Write"
    lines = root.cssselect("ul.task-list > li")
    assert [text(each.cssselect(".ds-tag")[0]) for each in lines] == ["Done", "Cannot begin yet"]
    assert [each.get("href") for each in root.cssselect("a")] == ["/o/"]


def test_a_summary_list_names_what_its_links_change() -> None:
    row = SummaryRow("Contact", "Bo", action="Change", action_url="/k/", note="chair")
    root = rendered("summary_list", rows=[row])
    assert [text(each) for each in root.cssselect("dd")] == ["Bo chair", "Change Contact"]


def test_a_table_has_headings_for_rows_and_columns() -> None:
    table = Table(
        id="t",
        caption="Sums",
        columns=(
            Column("Case", sort_url="?sort=case", sorted_by="ascending"),
            Column("Sum", numeric=True),
        ),
        rows=(Row(Cell("K1", url="/1/"), (Cell("5 kr", note="of 6"),)),),
        foot=Row(Cell("Total"), (Cell("5 kr"),)),
        stack=True,
    )
    root = rendered("table", table=table)
    assert text(root.cssselect("caption")[0]) == "Sums"
    region = root.cssselect("[role=region]")[0]
    assert region.get("tabindex") == "0"
    assert root.cssselect(f"#{region.get('aria-labelledby')}")
    assert root.cssselect("thead th")[0].get("aria-sort") == "ascending"
    assert root.cssselect("thead th")[1].get("aria-sort") is None
    assert [each.get("scope") for each in root.cssselect("th")] == ["col", "col", "row", "row"]
    assert root.cssselect("tbody td")[0].get("data-label") == "Sum"


def test_a_row_of_another_length_is_a_fault() -> None:
    table = Table("t", "T", (Column("A"), Column("B")), (Row(Cell("x"), ()),))
    with pytest.raises(ValueError, match="shorter"):
        table_html(table)


def test_a_timeline_tells_hours_days_and_neither() -> None:
    at = datetime(2013, 3, 13, 23, 30, tzinfo=UTC)
    items = [
        TimelineItem(at, "By the hour"),
        TimelineItem(at, "By the day", day_only=True),
        TimelineItem(at, "Not dated", dated=False),
    ]
    root = rendered("timeline", items=items)
    times = [text(each) for each in root.cssselect(".timeline__meta")]
    assert times == ["2013-03-14 00:30", "2013-03-14", "Date not recorded"]


@pytest.mark.parametrize(
    ("done", "total", "percent"), [(0, 0, 0), (0, 3, 0), (2, 3, 66), (299, 300, 99), (3, 3, 100)]
)
def test_progress_is_full_only_when_done(done: int, total: int, percent: int) -> None:
    assert Progress("p", "P", done, total).percent == percent


def test_a_key_figure_without_a_value_is_not_recorded() -> None:
    root = rendered("key_figures", figures=[Figure("A", "0"), Figure("B")])
    assert [text(each) for each in root.cssselect("dd")] == ["0", "Not recorded"]


@pytest.mark.parametrize("tag", [Tag("Done", tone) for tone in Tone])
def test_a_tag_is_never_colour_alone(tag: Tag) -> None:
    assert text(rendered("status_tag", tag=tag)) == "Done"


def test_every_state_has_its_words_and_tone() -> None:
    from grants.enums import Status
    from reporting.enums import AreaStatus, BuildState, ReportStatus

    tags = [
        *(status_tag(each) for each in Status),
        *(report_tag(each) for each in ReportStatus),
        *(area_tag(each) for each in AreaStatus),
        *(build_tag(each) for each in BuildState),
    ]
    assert all(str(tag.label) for tag in tags)


def written(*names: str) -> set[str]:
    """Every event of a case that the services' source names."""
    pattern = re.compile(
        r'"((?:application|ledger|participation|report|finding|opinion|proposal|conflict)\.[a-z_]+)"'
    )
    files = [path for name in names for path in (ROOT / name).rglob("*.py")]
    return {found for path in files for found in pattern.findall(path.read_text("utf-8"))}


def test_every_event_that_services_write_has_its_words() -> None:
    found = written("grants/services", "reviews", "reporting/services", "portal/services")
    assert len(found) > 20
    assert found - set(EVENTS) == set()


def test_every_condition_that_is_not_recorded_has_its_words() -> None:
    from grants.workflow import Condition

    assert set(Condition) <= set(NOT_RECORDED)


# How values are written ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("filter_", "value", "shown"),
    [
        (formats.amount, 1_250_000, f"1{NBSP}250{NBSP}000{NBSP}kr"),
        (formats.amount, -5, f"\N{MINUS SIGN}5{NBSP}kr"),
        (formats.amount, None, "–"),
        (formats.number, 12345, f"12{NBSP}345"),
        (formats.number, None, "–"),
        (formats.percent, 47, f"47{NBSP}%"),
        (formats.percent, None, "–"),
        (formats.isodate, date(2013, 3, 14), "2013-03-14"),
        (formats.isodate, datetime(2013, 7, 1, 22, 30, tzinfo=UTC), "2013-07-02"),
        (formats.isodate, None, "–"),
        (formats.localtime, datetime(2013, 7, 1, 22, 30, tzinfo=UTC), "2013-07-02 00:30"),
        (formats.localtime, None, "–"),
    ],
)
def test_values_are_written_as_the_house_does(filter_: Any, value: Any, shown: str) -> None:
    assert filter_(value) == shown


# The style sheet -------------------------------------------------------------------------------


def test_templates_use_only_classes_that_a_style_sheet_knows() -> None:
    """A misspelt class is not styled, and nobody notices."""
    sheets = [*(ROOT / "static/css").glob("*.css"), *(ROOT / "static/vendor").rglob("*.css")]
    known = {
        name
        for sheet in sheets
        for name in re.findall(r"\.([a-zA-Z][\w-]*)", sheet.read_text("utf-8"))
    }
    used = {
        name
        for path in (ROOT / "templates").rglob("*.html")
        for value in re.findall(r'class="([^"]*)"', path.read_text("utf-8"))
        for name in re.sub(r"{[{%].*?[%}]}", " ", value).split()
    }
    hooks = {"account", "language-switch"}
    # What stands before a value that the page fills in is the beginning of a class.
    known |= {
        name
        for name in used
        if name.endswith("--") and any(each.startswith(name) for each in known)
    }
    assert used - known - hooks == set()
