"""Form widgets in our looks: class, error state and what describes them."""

from __future__ import annotations

from django import template
from django.forms import BoundField
from django.forms.widgets import DateInput, Input
from django.utils.safestring import SafeString

register = template.Library()


@register.simple_tag
def widget(field: BoundField, id: str = "", type: str = "", size: int | str = "", css: str = "inp") -> SafeString:
    """Render a field's widget, tied to its hint and first error (templates/_partials/field.html)."""
    name = id or field.id_for_label
    attrs: dict[str, str | bool] = {"class": css, "id": name}
    if type and isinstance(field.field.widget, Input):
        field.field.widget.input_type = type
    if type == "date" and isinstance(field.field.widget, DateInput):
        field.field.widget.format = "%Y-%m-%d"  # the only form that a date input of HTML takes
    if size:
        attrs |= {"size": str(size), "class": f"{css} list"}
    described = [f"{name}-hint"] if field.help_text else []
    if field.errors:
        attrs["aria-invalid"] = "true"
        described.append(f"{name}-error")
    if described:
        attrs["aria-describedby"] = " ".join(described)
    return field.as_widget(attrs=attrs)
