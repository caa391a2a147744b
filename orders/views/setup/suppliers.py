"""Suppliers in Setup: add one; its own page changes it."""

from __future__ import annotations

from django import forms
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST, require_safe

from inventory import suppliers as verbs
from inventory.models import Supplier
from kernel.errors import DomainError
from kernel.forms import VerbForm
from kernel.pages import cursor_of, page_links
from kernel.paging import SortKey, parse_int, parse_text, take_page
from orders.views.setup.frame import keep, manage, setup_page, who

HERE = "orders:setup_suppliers"
BY_NAME = (SortKey("name", False, parse_text), SortKey("pk", False, parse_int))


class NewSupplierForm(VerbForm):
    code = forms.CharField(label="Code", max_length=40)
    name = forms.CharField(label="Name", max_length=200)
    email = forms.CharField(label="E-mail", max_length=254, required=False)
    delay_p50_days = forms.IntegerField(label="Usual delay, days", min_value=0, max_value=730, initial=0)
    delay_p90_days = forms.IntegerField(label="Nine in ten within", min_value=0, max_value=730, initial=2)


@require_safe
@manage
def suppliers(request: HttpRequest) -> HttpResponse:
    """List suppliers with the delays that planning counts on."""
    return _page(request)


@require_POST
@manage
def add(request: HttpRequest) -> HttpResponse:
    """Add a supplier."""
    form = NewSupplierForm(request.POST)
    if not form.is_valid():
        return _page(request, form=form, status=422)
    data = form.cleaned_data
    code = data["code"].strip()
    gone, refusal = keep(
        request,
        HERE,
        verbs.SETUP_KIND,
        lambda: verbs.create_supplier(**data, **who(request)),
        f"{code} is added",
    )
    return gone or _page(request, form=form, refusal=refusal)


def _page(
    request: HttpRequest, *, form: NewSupplierForm | None = None, refusal: DomainError | None = None, status: int = 200
) -> HttpResponse:
    rows = Supplier.objects.select_related("calendar")
    try:
        page = take_page(rows, BY_NAME, **cursor_of(request))
    except DomainError as wrong:
        refusal, page = wrong, take_page(rows, BY_NAME)
    context = {
        "rows": page.rows,
        "new_form": form or NewSupplierForm(),
        "refusal": refusal,
        **page_links(request, page),
    }
    return setup_page(
        request, "setup/suppliers.html", (verbs.SETUP_KIND,), context, status=refusal.status if refusal else status
    )
