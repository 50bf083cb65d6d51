"""The sentences of the report that are made from its figures, in the language in force."""

from collections.abc import Mapping
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from core.checks import half_up_percent
from core.formats import amount, iso_date, number, percent
from reporting.selectors.figures import FRAME

type Figures = Mapping[str, int]


def stream_title(stream: str) -> str:
    """What the stream's part of the report is called."""
    titles = {
        "municipalities": pgettext("report", "Municipalities and city districts"),
        "associations": pgettext("report", "Non-profit associations"),
    }
    return titles[stream]


def key_figure_labels(year: int, measured_on: date, spend_by: date) -> dict[str, str]:
    """The labels of the key figures by code."""
    days = {
        "year": year,
        "previous": year - 1,
        "measured": iso_date(measured_on),
        "until": iso_date(spend_by),
    }
    return {
        FRAME: _("Frame"),
        "applications": _("Applications received"),
        "joint_applications": _("of which joint applications"),
        "requested_sek": _("Amount applied for"),
        "granted": _("Applications granted"),
        "rejected": _("Applications rejected"),
        "withdrawn": _("Applications withdrawn"),
        "granted_sek": _("Amount granted"),
        "spent_sek": _("Spent of the %(year)s grants by %(measured)s") % days,
        "remaining_sek": _("Left of the %(year)s grants, to be used by %(until)s") % days,
        "carried_over_sek": _("Carried over from the %(previous)s grants") % days,
        "carried_over_spent_sek": _("Spent of what was carried over from %(previous)s") % days,
        "to_repay_sek": _("To repay of what was carried over from %(previous)s") % days,
        "reports": _("Reports received in time"),
        "joint_reports": _("of which on joint grants"),
        "late_reports": _("Reports received after the cut-off"),
        "attended_regional_training": _("Took part in regional training"),
    }


def summary(year: int, key_figures: Mapping[str, Figures]) -> tuple[str, ...]:
    """The report in a few sentences."""
    totals = {
        code: sum(figures[code] for figures in key_figures.values())
        for code in ("applications", "granted", "requested_sek", "granted_sek", "reports")
    }
    sentences = [
        ngettext(
            "For %(year)s, %(granted)s of %(applications)s applications was granted. "
            "%(requested)s was applied for and %(amount)s was granted.",
            "For %(year)s, %(granted)s of %(applications)s applications were granted. "
            "%(requested)s was applied for and %(amount)s was granted.",
            totals["granted"],
        )
        % {
            "year": year,
            "granted": number(totals["granted"]),
            "applications": number(totals["applications"]),
            "requested": amount(totals["requested_sek"]),
            "amount": amount(totals["granted_sek"]),
        }
    ]
    sentences += [
        _("%(stream)s: %(granted)s, and %(reports)s.")
        % {
            "stream": stream_title(stream),
            "granted": ngettext(
                "%(granted)s application was granted %(amount)s",
                "%(granted)s applications were granted %(amount)s",
                figures["granted"],
            )
            % {"granted": number(figures["granted"]), "amount": amount(figures["granted_sek"])},
            "reports": ngettext(
                "%(reports)s report was received in time",
                "%(reports)s reports were received in time",
                figures["reports"],
            )
            % {"reports": number(figures["reports"])},
        }
        for stream, figures in key_figures.items()
    ]
    sentences.append(
        ngettext(
            "The tables build on the %(reports)s report that was received in time.",
            "The tables build on the %(reports)s reports that were received in time.",
            totals["reports"],
        )
        % {"reports": number(totals["reports"])}
    )
    return tuple(sentences)


def method(*, year: int, cutoff: date, key_figures: Mapping[str, Figures]) -> tuple[str, ...]:
    """How the figures have come about."""
    late = sum(figures["late_reports"] for figures in key_figures.values())
    received = _(
        "The report builds on the reports on %(year)s that were received up to and including "
        "%(cutoff)s, Swedish time. A report that was returned with questions keeps the day when "
        "it was first received, and counts with its latest version received by then."
    ) % {"year": year, "cutoff": iso_date(cutoff)}
    left_out = ngettext(
        "%(late)s report was received later and is not counted in the tables. What its grants "
        "came to is counted in the amounts.",
        "%(late)s reports were received later and are not counted in the tables. What their "
        "grants came to is counted in the amounts.",
        late,
    ) % {"late": number(late)}
    rest = (
        _(
            "The unit is the report. Those who have a joint grant give one report together, so "
            "more organisations may have been active than there are reports. A report can answer "
            "for several grants of the same organisation."
        ),
        _(
            "n is the number of reports, or of the reports that answered the question. Where one "
            "answer could be given, each row of percentages is rounded by largest remainder so "
            "that it adds up to 100. Where several could be given, each percentage is rounded by "
            "itself, halves up, and a row may add up to more than 100."
        ),
        _(
            "Every figure is computed from a frozen data set, which is known by its checksum. "
            "Corrections give a new edition."
        ),
    )
    return (received, left_out, *rest) if late else (received, *rest)


def stream_introduction(figures: Figures, measured_on: date, spend_by: date) -> tuple[str, ...]:
    """What the stream's part begins with."""
    received = ngettext(
        "%(applications)s application was received, %(joint)s of them joint.",
        "%(applications)s applications were received, %(joint)s of them joint.",
        figures["applications"],
    ) % {
        "applications": number(figures["applications"]),
        "joint": number(figures["joint_applications"]),
    }
    came_of_it = ngettext(
        "%(granted)s was granted, %(rejected)s rejected and %(withdrawn)s withdrawn. The frame was "
        "%(frame)s, and %(amount)s was granted.",
        "%(granted)s were granted, %(rejected)s rejected and %(withdrawn)s withdrawn. The frame "
        "was %(frame)s, and %(amount)s was granted.",
        figures["granted"],
    ) % {
        "granted": number(figures["granted"]),
        "rejected": number(figures["rejected"]),
        "withdrawn": number(figures["withdrawn"]),
        "frame": amount(figures[FRAME]),
        "amount": amount(figures["granted_sek"]),
    }
    applied = f"{received} {came_of_it}"
    used = _(
        "By %(measured)s, %(spent)s had been spent. %(remaining)s was left to be used by %(until)s."
    ) % {
        "measured": iso_date(measured_on),
        "spent": amount(figures["spent_sek"]),
        "remaining": amount(figures["remaining_sek"]),
        "until": iso_date(spend_by),
    }
    if not figures["reports"]:
        return (applied, used)
    attended = figures["attended_regional_training"]
    reported = ngettext(
        "%(reports)s report was received in time. In %(attended)s of them (%(share)s) the answer "
        "is that they took part in regional training.",
        "%(reports)s reports were received in time. In %(attended)s of them (%(share)s) the answer "
        "is that they took part in regional training.",
        figures["reports"],
    ) % {
        "reports": number(figures["reports"]),
        "attended": number(attended),
        "share": percent(half_up_percent(attended, figures["reports"])),
    }
    return (applied, used, reported)


def abbreviations(agency: str, short: str) -> tuple[tuple[str, str], ...]:
    """Appendix 1: abbreviations in alphabetical order, and what they mean."""
    found = {
        "ap.": _("item of an appropriation (anslagspost)"),
        "kr": _("Swedish kronor"),
        "n": _("number of reports, or of reports that answered the question"),
        "sdf": _("city district administration (stadsdelsförvaltning)"),
        "SOSFS": _("code of statutes of Socialstyrelsen (Socialstyrelsens författningssamling)"),
    }
    if short and short != agency:
        found.setdefault(short, agency)
    return tuple(sorted(found.items(), key=lambda each: each[0].casefold()))
