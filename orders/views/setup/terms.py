"""Terms: what orders of a customer ask from the start, such as not too little at a time."""

from __future__ import annotations

from django import forms
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST, require_safe

from inventory.setup_history import versions_of
from kernel.errors import DomainError
from kernel.pages import cursor_of, page_links
from orders.handling import terms as verbs
from orders.queries.setup_lists import check_text, customer_terms
from orders.views.customer_forms import TermsForm
from orders.views.setup.frame import keep, manage, setup_page, who

HERE = "orders:setup_terms"


class NewTermsForm(TermsForm):
    customer = forms.CharField(label="Customer code", max_length=40)
    field_order = ["customer"]


@require_safe
@manage
def terms(request: HttpRequest) -> HttpResponse:
    """List customers that have terms; each is changed in place."""
    return _page(request)


@require_POST
@manage
def change(request: HttpRequest) -> HttpResponse:
    """Set the terms of a customer; all at nothing takes them away."""
    form = NewTermsForm(request.POST)
    if not form.is_valid():
        return _page(request, form=form, status=422)
    asked = {name: value for name, value in form.cleaned_data.items() if name != "customer"}
    code = form.cleaned_data["customer"].strip()
    gone, refusal = keep(
        request,
        HERE,
        verbs.SETUP_KIND,
        lambda: verbs.change_customer_terms(code, **asked, **who(request)),
        f"Terms of {code} are changed, for orders from now on",
    )
    return gone or _page(request, form=form, refusal=refusal)


def _page(
    request: HttpRequest, *, form: NewTermsForm | None = None, refusal: DomainError | None = None, status: int = 200
) -> HttpResponse:
    text = request.GET.get("q", "").strip()
    try:
        page = customer_terms(check_text(text), **cursor_of(request))
    except DomainError as wrong:
        refusal, text, page = wrong, "", customer_terms("", after="", before="")
    versions = versions_of(verbs.SETUP_KIND)
    wanted = form.data.get("customer", "").strip() if form else ""
    rows = [
        {
            "terms": row,
            "form": form
            if form and row.customer.code == wanted
            else NewTermsForm(
                initial={
                    **verbs.asked_of(row),
                    "customer": row.customer.code,
                    "version": versions.get(row.customer.code, 0),
                }
            ),
            "is_open": bool(form) and row.customer.code == wanted,
        }
        for row in page.rows
    ]
    is_new = form is not None and not any(row["is_open"] for row in rows)
    context = {
        "rows": rows,
        "text": text,
        "new_form": form if is_new else NewTermsForm(initial={"max_sources": 0}),
        "refusal": refusal,
        **page_links(request, page),
    }
    return setup_page(
        request, "setup/terms.html", (verbs.SETUP_KIND,), context, status=refusal.status if refusal else status
    )
