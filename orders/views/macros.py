"""Macros of the workspace: everybody reads what to say when, admins prepare it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language_info
from django.views.decorators.http import require_http_methods, require_POST

from kernel.errors import DomainError
from kernel.forms import VerbForm
from kernel.pages import render_page
from notifications.texts.languages import DEFAULT, codes, language_of
from orders.dialogue.macros import keep_macro, remove_macro, restore_macro
from orders.dialogue.telling import MAX_NOTE
from orders.models import HoldKind, Macro
from orders.models.telling import DateChoice

MAY_CHANGE = "orders.change_macros"
OTHERS = [code for code in codes() if code != DEFAULT]

see_backlog = permission_required("orders.view_backlog", raise_exception=True)
change_macros = permission_required(MAY_CHANGE, raise_exception=True)


class MacroForm(VerbForm):
    key = forms.CharField(label="Key", max_length=1, help_text="A letter; pressing it fills the macro in.")
    name = forms.CharField(label="Name", max_length=80)
    guidance = forms.CharField(
        label="When to use it, and what to say", required=False, widget=forms.Textarea(attrs={"rows": 4})
    )
    choice = forms.ChoiceField(label="Date", required=False, choices=[("", "As chosen"), *DateChoice.choices])
    reason = forms.ChoiceField(
        label="Reason shown to customer",
        required=False,
        choices=lambda: [("", "The plan’s own"), *language_of(DEFAULT).reasons.items()],
    )
    note = forms.CharField(
        label="Words to the customer, in English",
        required=False,
        max_length=MAX_NOTE,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    hold_kind = forms.ChoiceField(label="Hold", required=False, choices=[("", "No hold"), *HoldKind.choices])
    compensates = forms.BooleanField(label="Give what the ladder allows", required=False)
    expedites = forms.BooleanField(label="Expedite the order", required=False)
    takes_over = forms.BooleanField(label="Assign the order to whoever sends", required=False)
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for code in OTHERS:
            label = f"In {get_language_info(code)['name']}"
            box = forms.Textarea(attrs={"rows": 2})
            self.fields[f"note_{code}"] = forms.CharField(label=label, required=False, max_length=MAX_NOTE, widget=box)

    @property
    def notes(self) -> list[forms.BoundField]:
        """The fields of the words in other languages than English."""
        return [self[f"note_{code}"] for code in OTHERS]

    def said(self) -> dict[str, Any]:
        """Return what was typed as the verb takes it."""
        said = dict(self.cleaned_data)
        return said | {"notes": {code: said.pop(f"note_{code}") for code in OTHERS}}


@require_http_methods(["GET", "HEAD", "POST"])
@see_backlog
def macros(request: HttpRequest) -> HttpResponse:
    """List the macros; let admins add one."""
    if request.method != "POST":
        return _page(request, MacroForm())
    return _keep(request, None)


@require_http_methods(["GET", "HEAD", "POST"])
@change_macros
def macro(request: HttpRequest, macro_id: int) -> HttpResponse:
    """Change one macro."""
    found = get_object_or_404(Macro, pk=macro_id, removed_at=None)
    if request.method != "POST":
        kept = {name: getattr(found, name) for name in MacroForm.base_fields}
        notes = {f"note_{code}": note for code, note in found.notes.items()}
        return _page(request, MacroForm(initial=kept | notes), found)
    return _keep(request, found)


@require_POST
@change_macros
def remove(request: HttpRequest, macro_id: int) -> HttpResponse:
    found = get_object_or_404(Macro, pk=macro_id)
    try:
        remove_macro(macro_id, actor=request.user, now=timezone.now())
    except DomainError as refusal:
        messages.error(request, refusal.detail)
    else:
        undo = reverse("orders:restore_macro", args=[macro_id])
        messages.success(request, f"“{found.name}” is removed", extra_tags=f"undo {undo}")
    return HttpResponseRedirect(reverse("orders:macros"))


@require_POST
@change_macros
def restore(request: HttpRequest, macro_id: int) -> HttpResponse:
    try:
        back = restore_macro(macro_id, actor=request.user)
    except DomainError as refusal:
        messages.error(request, refusal.detail)
    else:
        messages.success(request, f"“{back.name}” is back")
    return HttpResponseRedirect(reverse("orders:macros"))


def _keep(request: HttpRequest, found: Macro | None) -> HttpResponse:
    if not request.user.has_perm(MAY_CHANGE):
        raise PermissionDenied
    form = MacroForm(request.POST)
    if form.is_valid():
        said = form.said()
        version = said.pop("version")
        try:
            kept = keep_macro(found.pk if found else None, said=said, version=version, actor=request.user)
        except DomainError as refusal:
            form.take_refusal(refusal)
        else:
            messages.success(request, f"“{kept.name}” is on the key {kept.key}")
            return HttpResponseRedirect(reverse("orders:macros"))
    return _page(request, form, found, status=form.status)


def _page(request: HttpRequest, form: MacroForm, found: Macro | None = None, *, status: int = 200) -> HttpResponse:
    context: dict[str, Any] = {
        "form": form,
        "edited": found,
        "macros": Macro.objects.filter(removed_at=None),
        "sentences": language_of(DEFAULT).reasons,
        "may_change": request.user.has_perm(MAY_CHANGE),
    }
    return render_page(request, "orders/macros.html", context, status=status)
