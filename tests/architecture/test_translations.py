"""Every text of the source has a Swedish translation, and the tool that says so is right."""

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def messages() -> ModuleType:
    spec = importlib.util.spec_from_file_location("messages", ROOT / "bin" / "messages.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def project(tmp_path: Path) -> Path:
    source = (
        "from django.utils.translation import gettext_lazy as _, ngettext, pgettext_lazy\n"
        'A = _("Hello %(name)s")\n'
        'B = ngettext("one %(n)s case", "%(n)s cases", 3)\n'
        'C = pgettext_lazy("month", "May")\n'
    )
    template = (
        "{% load i18n %}\n"
        '  <p title="it\'s">{% translate "Two" context "number" %}\n'
        "{% blocktranslate count n=n trimmed %}\n    There is {{ n }} thing\n"
        "  {% plural %}There are {{ n }} things{% endblocktranslate %}\n"
        '    {{ _("three") }} ("\n'
    )
    (tmp_path / "core").mkdir()
    (tmp_path / "core" / "texts.py").write_text(source, encoding="utf-8")
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "page.html").write_text(template, encoding="utf-8")
    return tmp_path


SWEDISH = {
    'msgid "Hello %(name)s"\nmsgstr ""': 'msgid "Hello %(name)s"\nmsgstr "Hej %(name)s"',
    'msgid "May"\nmsgstr ""': 'msgid "May"\nmsgstr "maj"',
    'msgid "Two"\nmsgstr ""': 'msgid "Two"\nmsgstr "Två"',
    'msgid "three"\nmsgstr ""': 'msgid "three"\nmsgstr "tre"',
    'msgid_plural "%(n)s cases"\nmsgstr[0] ""\nmsgstr[1] ""': (
        'msgid_plural "%(n)s cases"\nmsgstr[0] "ett ärende"\nmsgstr[1] "%(n)s ärenden"'
    ),
    'msgid_plural "There are %(n)s things"\nmsgstr[0] ""\nmsgstr[1] ""': (
        'msgid_plural "There are %(n)s things"\nmsgstr[0] "%(n)s sak"\nmsgstr[1] "%(n)s saker"'
    ),
}


def translate(messages: ModuleType, project: Path) -> Path:
    messages.update(project, [])
    path: Path = messages.po_path(project)
    text = path.read_text(encoding="utf-8")
    for empty, filled in SWEDISH.items():
        assert empty in text
        text = text.replace(empty, filled)
    path.write_text(text, encoding="utf-8")
    return path


def test_every_text_has_good_swedish(messages: ModuleType) -> None:
    assert messages.faults(ROOT) == []


def test_texts_of_modules_and_templates_are_found(messages: ModuleType, project: Path) -> None:
    found = {message.id for message in messages.extracted(project) if message.id}
    assert found == {
        "Hello %(name)s",
        ("one %(n)s case", "%(n)s cases"),
        "May",
        "Two",
        ("There is %(n)s thing", "There are %(n)s things"),
        "three",
    }
    assert len(messages.faults(project)) == 6


def test_a_full_catalogue_has_no_fault(messages: ModuleType, project: Path) -> None:
    translate(messages, project)
    assert messages.faults(project) == []


def test_updating_keeps_what_is_translated(messages: ModuleType, project: Path) -> None:
    path = translate(messages, project)
    messages.update(project, [])
    before = path.read_text(encoding="utf-8")
    (project / "core" / "more.py").write_text('A = _("new")\n', encoding="utf-8")
    messages.update(project, [])
    assert len(messages.faults(project)) == 1
    (project / "core" / "more.py").unlink()
    messages.update(project, [])
    assert path.read_text(encoding="utf-8") == before


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ('msgstr "tre"', 'msgstr ""', "no Swedish"),
        ('msgid "three"', '#, fuzzy\nmsgid "three"', "fuzzy"),
        ('msgstr "Hej %(name)s"', 'msgstr "Hej %(namn)s"', "unknown named placeholder"),
    ],
)
def test_a_bad_translation_is_found(
    messages: ModuleType, project: Path, old: str, new: str, fault: str
) -> None:
    path = translate(messages, project)
    path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    (found,) = messages.faults(project)
    assert fault in found


def test_what_is_compiled_is_read_by_gettext(messages: ModuleType, project: Path) -> None:
    import gettext

    translate(messages, project)
    messages.compile_all(project)
    swedish = gettext.translation("django", str(project / "locale"), languages=["sv"])
    assert swedish.gettext("three") == "tre"
    assert swedish.pgettext("month", "May") == "maj"
    assert swedish.ngettext("one %(n)s case", "%(n)s cases", 2) == "%(n)s ärenden"
