"""Pages as their structure, so that tests say what is there and not how it is written."""

import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

from lxml import html

SPACES = re.compile(r"\s+")


class Page:
    """A parsed page, with what every page must hold."""

    def __init__(self, response: Any) -> None:
        assert response.status_code == 200, response.status_code
        self.root = html.document_fromstring(response.content.decode())

    def all(self, selector: str) -> list[Any]:
        return list(self.root.cssselect(selector))

    def one(self, selector: str) -> Any:
        found = self.all(selector)
        assert len(found) == 1, f"{selector}: {len(found)}"
        return found[0]

    def texts(self, selector: str) -> list[str]:
        return [text(element) for element in self.all(selector)]

    def text(self, selector: str) -> str:
        return text(self.one(selector))

    @property
    def heading(self) -> str:
        return self.text("h1")

    def rows(self, table: str) -> list[list[str]]:
        """The cells of the table's body, row by row."""
        return [
            [text(cell) for cell in row.cssselect("th, td")]
            for row in self.all(f"table#{table} > tbody > tr")
        ]

    def summary(self) -> dict[str, str]:
        """Every line of the page's summary lists."""
        return {
            text(line.cssselect("dt")[0]): text(line.cssselect("dd")[0])
            for line in self.all("dl.summary-list > div")
        }

    def figures(self) -> dict[str, str]:
        """The key figures by their names."""
        return {
            text(each.cssselect("dt")[0]): text(each.cssselect("dd")[0])
            for each in self.all("dl.key-figures > div")
        }

    def faults(self) -> list[str]:
        """What is wrong with the page's structure, whatever the page is."""
        found = []
        ids = [element.get("id") for element in self.all("[id]")]
        found += [f"twice: {each}" for each in set(ids) if ids.count(each) > 1]
        for name in ("aria-labelledby", "aria-describedby", "for", "aria-controls"):
            for element in self.all(f"[{name}]"):
                missing = [each for each in element.get(name).split() if each not in ids]
                found += [f"{name} names {each}, which is not there" for each in missing]
        found += [
            f"link to #{each.get('href')[1:]}, which is not there"
            for each in self.all("a[href^='#']")
            if each.get("href")[1:] not in ids
        ]
        if len(self.all("h1")) != 1:
            found.append("not one h1")
        if len(self.all(".ds-breadcrumbs li")) == 1 and not self.all(".ds-breadcrumbs a"):
            found.append("a way here that is only the page itself")
        if len(self.all(".site-nav [aria-current]")) > 1:
            found.append("two places of the menu at once")
        found += _skipped_levels(self)
        for table in self.all("main table"):
            if not text(table.cssselect("caption")[0] if table.cssselect("caption") else None):
                found.append("a table without a caption")
            for head in table.cssselect("th"):
                if head.get("scope") not in {"col", "row", "rowgroup"}:
                    found.append(f"th without scope: {text(head)}")
        for control in self.all("main :is(input, select, textarea)"):
            if control.get("type") == "hidden":
                continue
            if not self.all(f"label[for='{control.get('id')}']"):
                found.append(f"no label: {control.get('name')}")
        found += [
            f"empty link: {html.tostring(each)!r}" for each in self.all("a") if not text(each)
        ]
        if self.all("[style], style, script:not([src]):not([type])"):
            found.append("style or script in the page, which its policy refuses")
        if not self.root.get("lang"):
            found.append("no language")
        if not text(self.one("head > title")):
            found.append("no title")
        return found


def text(element: Any) -> str:
    """The text as read, with single spaces."""
    if element is None:
        return ""
    return SPACES.sub(" ", element.text_content()).strip()


def query_of(url: str) -> dict[str, str]:
    """The values in an address."""
    return {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}


def _skipped_levels(page: Page) -> list[str]:
    found, before = [], 0
    for heading in page.all("main :is(h1, h2, h3, h4, h5, h6)"):
        level = int(heading.tag[1])
        if level > before + 1:
            found.append(f"h{before} is followed by h{level}: {text(heading)}")
        before = level
    return found
