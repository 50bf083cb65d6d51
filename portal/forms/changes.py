"""What is asked for when a grant is to be changed, and what an officer writes about it."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy

from applicants.selectors.organisations import organisation_with
from core.formats import amount, number
from grants.checks.changes import Ground
from grants.content.changes import (
    BudgetChange,
    Change,
    LeavingRow,
    MergerChange,
    PartnerChange,
    TimeChange,
    leaving_rows,
)
from grants.enums import TimeAsked

from .claims import LONGEST, DayField
from .money import AmountField


class ReasonsMixin(forms.Form):
    """Why, in the words of whoever fills the form in."""

    reasons = forms.CharField(
        label=gettext_lazy("Why?"),
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 6}),
    )


class ChangeForm(ReasonsMixin):
    """A change of a grant as it stands (`ground`); `change` is what it says once it is valid."""

    def __init__(
        self,
        data: Any = None,
        *,
        ground: Ground,
        names: Mapping[int, str],
        wanted: Change | None = None,
        reasons_label: Any = None,
    ) -> None:
        super().__init__(data)
        self.ground, self.names, self.wanted = ground, names, wanted
        self.fill()
        if reasons_label is not None:
            self.fields["reasons"].label = reasons_label
        self.order_fields([name for name in self.fields if name != "reasons"] + ["reasons"])

    def fill(self) -> None:
        """Add the fields that the grant has."""

    @property
    def change(self) -> Change:
        """What the form says."""
        raise NotImplementedError


class BudgetForm(ChangeForm):
    """New amounts of the budget lines."""

    def fill(self) -> None:
        wanted = dict(self.wanted.lines) if isinstance(self.wanted, BudgetChange) else {}
        for line in self.ground.lines:
            field = AmountField(
                label=f"{line.title} ({line.activity})" if line.activity else line.title,
                help_text=pgettext("change", "Now %(amount)s")
                % {"amount": amount(line.allotted_sek)},
                required=False,
            )
            field.initial = number(wanted.get(line.number, line.allotted_sek))
            self.fields[f"line-{line.number}"] = field

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if any(name.startswith("line-") for name in self.errors):
            return said
        total = sum(line.allotted_sek for line in self.ground.lines)
        new = sum(sek for _at, sek in self._amounts(said))
        if new != total:
            raise forms.ValidationError(
                _("The lines are %(new)s together. They are to be %(total)s, as before."),
                params={"new": amount(new), "total": amount(total)},
            )
        return said

    def _amounts(self, said: Mapping[str, Any]) -> list[tuple[int, int]]:
        return [(line.number, said.get(f"line-{line.number}") or 0) for line in self.ground.lines]

    @property
    def change(self) -> BudgetChange:
        there = {line.number: line.allotted_sek for line in self.ground.lines}
        return BudgetChange(
            tuple((at, sek) for at, sek in self._amounts(self.cleaned_data) if sek != there[at])
        )


class TimeForm(ChangeForm):
    """A day that is to be later."""

    what = forms.ChoiceField(label=gettext_lazy("Which day?"), choices=(), widget=forms.RadioSelect)
    day = DayField(label=gettext_lazy("New day"), help_text=gettext_lazy("Written as 2014-03-31."))

    def fill(self) -> None:
        field = self.fields["what"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101
        field.choices = [
            (
                each.value,
                pgettext("change", "%(what)s, now %(day)s") % {"what": each.label, "day": now},
            )
            for each in TimeAsked
            if (now := self.ground.day_of(each)) is not None
        ]  # fmt: skip
        if isinstance(self.wanted, TimeChange):
            self.initial.update(what=self.wanted.what, day=self.wanted.day)

    @property
    def change(self) -> TimeChange:
        return TimeChange(self.cleaned_data["what"], self.cleaned_data["day"])


class PartnerForm(ChangeForm):
    """What becomes of the share of the partner `leaving`."""

    def __init__(self, data: Any = None, *, leaving: int, **kwargs: Any) -> None:
        self.leaving = leaving
        super().__init__(data, **kwargs)

    @property
    def rows(self) -> tuple[tuple[int, str, int], ...]:
        """What the partner has: number, title and amount."""
        return leaving_rows(self.ground.basis, self.leaving)

    def fill(self) -> None:
        self.fields["organisation"] = forms.CharField(
            widget=forms.HiddenInput, initial=str(self.leaving), required=False
        )
        others = [pk for pk in (self.ground.lead, *self.ground.partners) if pk != self.leaving]
        choices = [("", pgettext("change", "Nobody"))]
        choices += [(str(pk), self.names.get(pk, "")) for pk in others]
        said = {}
        if isinstance(self.wanted, PartnerChange):
            said = {row.number: row for row in self.wanted.rows}
        for at, title, sek in self.rows:
            row = said.get(at)
            name = title or _("The whole share")
            self.fields[f"kept-{at}"] = AmountField(
                label=_("%(line)s: used, and stays with the partner") % {"line": name},
                help_text=pgettext("change", "Of %(amount)s. The rest is given back, or moved.")
                % {"amount": amount(sek)},
                required=False,
                initial=number(row.kept_sek if row else 0),
            )
            self.fields[f"moved-{at}"] = AmountField(
                label=_("%(line)s: moved to another organisation") % {"line": name},
                required=False,
                initial=number(row.moved_sek if row else 0),
            )
            self.fields[f"to-{at}"] = forms.ChoiceField(
                label=_("%(line)s: moved to whom") % {"line": name},
                choices=choices,
                required=False,
                initial=str(row.to) if row and row.to else "",
            )

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        for at, _title, sek in self.rows:
            kept, moved = said.get(f"kept-{at}") or 0, said.get(f"moved-{at}") or 0
            if kept + moved > sek:
                self.add_error(
                    f"moved-{at}",
                    _("Together more than %(amount)s.") % {"amount": amount(sek)},
                )
            if bool(moved) != bool(said.get(f"to-{at}")):
                self.add_error(
                    f"to-{at}", _("Write both how much is moved and to whom, or neither.")
                )
        return said

    @property
    def change(self) -> PartnerChange:
        said = self.cleaned_data
        return PartnerChange(
            self.leaving,
            tuple(
                LeavingRow(
                    at,
                    said.get(f"kept-{at}") or 0,
                    said.get(f"moved-{at}") or 0,
                    int(to) if (to := said.get(f"to-{at}")) else None,
                )
                for at, _title, _sek in self.rows
            ),
        )


class MergerForm(ChangeForm):
    """An organisation, and the one that has absorbed it."""

    organisation = forms.ChoiceField(
        label=gettext_lazy("Which organisation has been merged into another?"), choices=()
    )
    successor = forms.CharField(
        label=gettext_lazy("Organisation number of the one that it has been merged into"),
        help_text=gettext_lazy(
            "Written as 212000-0142. The organisation must be registered here, and have somebody "
            "who signs for it."
        ),
        max_length=13,
    )
    day = DayField(
        label=pgettext_lazy("merger", "Merged on"),
        help_text=gettext_lazy("Written as 2014-03-31."),
    )

    def fill(self) -> None:
        field = self.fields["organisation"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101
        there = (self.ground.lead, *self.ground.partners)
        field.choices = [(str(pk), self.names.get(pk, "")) for pk in there]
        if isinstance(self.wanted, MergerChange):
            self.initial.update(
                organisation=str(self.wanted.organisation),
                successor=self.wanted.org_no,
                day=self.wanted.day,
            )

    def clean_successor(self) -> str:
        text = str(self.cleaned_data["successor"]).strip().replace(" ", "")
        if len(text) == 10 and text.isdecimal():
            text = f"{text[:6]}-{text[6:]}"
        self.found = organisation_with(text, "")
        if self.found is None:
            raise forms.ValidationError(
                _("No organisation with that number is registered here. It registers itself first.")
            )
        if self.found.merged_into_id is not None:
            raise forms.ValidationError(_("That organisation has itself been merged into another."))
        return text

    def clean_day(self) -> date:
        day: date = self.cleaned_data["day"]
        if day > self.ground.today:
            raise forms.ValidationError(_("The day has not come yet."))
        return day

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        found = getattr(self, "found", None)
        if found is not None and said.get("organisation") == str(found.pk):
            self.add_error("successor", _("An organisation is not merged into itself."))
        return said

    @property
    def change(self) -> MergerChange:
        assert self.found is not None  # noqa: S101
        return MergerChange(
            organisation=int(self.cleaned_data["organisation"]),
            successor=self.found.pk,
            day=self.cleaned_data["day"],
            name=self.found.name,
            org_no=self.found.org_no,
        )


class WordsForm(forms.Form):
    """A few words: a question, an answer, or why a proposal is sent back."""

    text = forms.CharField(max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 4}))

    def __init__(self, data: Any = None, *, label: Any, prefix: str) -> None:
        super().__init__(data, prefix=prefix)
        self.fields["text"].label = label


class RefusalForm(ReasonsMixin):
    """Why what was asked for is proposed to be refused."""

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, prefix="refuse")
        self.fields["reasons"].label = _("Reasons for refusing it, as the letter is to say them")
