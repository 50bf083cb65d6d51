"""Tags that components need: a form control wired to its hint and error."""

from typing import Any

from django import template
from django.forms import BoundField
from django.forms.boundfield import BoundWidget
from django.forms.widgets import CheckboxInput, CheckboxSelectMultiple, RadioSelect
from django.utils.safestring import SafeString

register = template.Library()


@register.simple_tag
def control(field: BoundField) -> SafeString:
    """The field's control in the design system's dress.

    Django adds `aria-invalid` and the `aria-describedby` that names `<id>_helptext` and
    `<id>_error`, the ids that `components/field.html` gives them. A placeholder that says what
    the label says is left out.
    """
    return field.as_widget(attrs={"class": "ds-input", "placeholder": False})


@register.simple_tag
def choice(option: BoundWidget) -> SafeString:
    """One control of several under a legend, in the same dress."""
    option.data["attrs"].setdefault("class", "ds-input")
    return option.tag()


@register.filter
def is_checkbox(field: BoundField) -> bool:
    """Whether the control is a single checkbox, whose label comes after it."""
    return isinstance(field.field.widget, CheckboxInput)


@register.filter
def is_group(field: BoundField) -> bool:
    """Whether the field is several controls under one legend."""
    return isinstance(field.field.widget, RadioSelect | CheckboxSelectMultiple)


@register.filter
def get(mapping: dict[str, Any], key: str) -> Any:
    """The mapping's value for the key, or None."""
    return mapping.get(key)
