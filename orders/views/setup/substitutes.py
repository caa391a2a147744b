"""Substitutes: what may stand in for a product, in which order and ratio, when, and whether the customer is asked."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST, require_safe

from inventory import substitutes as verbs
from inventory.imports.substitutes import import_substitutes
from inventory.models import Substitute, SubstituteWhen
from inventory.setup_history import versions_of
from inventory.substitutes import SubstituteIn
from kernel.bounds import whole_number
from kernel.errors import DomainError
from kernel.pages import cursor_of, page_links
from orders.queries.setup_lists import check_text, substitute_lists
from orders.views.setup.frame import keep, manage, setup_page, who
from orders.views.setup.reading import units_in, version_in
from orders.views.setup.uploads import Uploaded, upload

HERE = "orders:setup_substitutes"
BLANK_ROWS = 2


@require_safe
@manage
def substitutes(request: HttpRequest) -> HttpResponse:
    """List products that have substitutes; each list is changed in place."""
    return _page(request)


@require_POST
@manage
def change(request: HttpRequest) -> HttpResponse:
    """Replace the list of one product; an empty one takes it away."""
    sku = request.POST.get("product", "").strip()

    def replace() -> None:
        verbs.change_substitutes(sku, substitutes=_given(request), version=version_in(request), **who(request))

    words = f"What may stand in for {sku.upper()} is changed"
    gone, refusal = keep(request, HERE, verbs.SETUP_KIND, replace, words)
    return gone or _page(request, typed=_typed(request), refusal=refusal)


@require_POST
@manage
def take_in(request: HttpRequest) -> HttpResponse:
    """Replace the lists of the products of a file."""
    uploaded = upload(request, HERE, import_substitutes, "lists changed")
    return uploaded.response or _page(request, uploaded=uploaded)


def _given(request: HttpRequest) -> list[SubstituteIn]:
    """Return the rows that name a substitute, by their places."""
    rows = [row for row in _typed(request)["rows"] if row["sku"]]
    numbered = sorted(rows, key=lambda row: place if (place := whole_number(row["place"])) is not None else 99)
    return [
        SubstituteIn(
            sku=row["sku"],
            units=units_in(row["units"] or "1", field=f"substitutes.{index}.units"),
            per=units_in(row["per"] or "1", field=f"substitutes.{index}.per"),
            when=row["when"],
            needs_consent=row["needs_consent"] != "no",
        )
        for index, row in enumerate(numbered)
    ]


def _typed(request: HttpRequest) -> dict[str, Any]:
    names = ("place", "sku", "units", "per", "when", "needs_consent")
    columns = [request.POST.getlist(name) for name in names]
    rows = [dict(zip(names, (cell.strip() for cell in row), strict=True)) for row in zip(*columns, strict=False)]
    return {
        "product": request.POST.get("product", "").strip(),
        "rows": rows,
        "version": request.POST.get("version", ""),
    }


def _shown(rows: list[Substitute]) -> list[dict[str, Any]]:
    found = [
        {**asdict(SubstituteIn(row.substitute.sku, row.units, row.per, row.when, row.needs_consent)), "place": place}
        for place, row in enumerate(rows, start=1)
    ]
    return [{**row, "needs_consent": "yes" if row["needs_consent"] else "no"} for row in found] + _blank(len(found))


def _blank(count: int) -> list[dict[str, Any]]:
    row = {"sku": "", "units": 1, "per": 1, "when": SubstituteWhen.ANY, "needs_consent": "yes"}
    return [{**row, "place": count + n} for n in range(1, BLANK_ROWS + 1)]


def _page(
    request: HttpRequest,
    *,
    typed: dict[str, Any] | None = None,
    uploaded: Uploaded | None = None,
    refusal: DomainError | None = None,
) -> HttpResponse:
    text = request.GET.get("q", "").strip()
    try:
        page, lists = substitute_lists(check_text(text), **cursor_of(request))
    except DomainError as wrong:
        refusal, text = wrong, ""
        page, lists = substitute_lists("", after="", before="")
    versions = versions_of(verbs.SETUP_KIND)
    rows = []
    for each in lists:
        is_this = typed is not None and typed["product"].upper() == each.product.sku.upper()
        rows.append(
            {
                "product": each.product,
                "substitutes": each.substitutes,
                "fields": typed["rows"] if typed is not None and is_this else _shown(each.substitutes),
                "is_open": is_this,
                "version": versions.get(each.product.sku, 0),
            }
        )
    is_new = typed is not None and not any(row["is_open"] for row in rows)
    shown = refusal or (uploaded.refusal if uploaded else None)
    context = {
        "rows": rows,
        "text": text,
        "whens": SubstituteWhen.choices,
        "new": typed if typed is not None and is_new else {"product": "", "rows": _blank(0)},
        "is_new_open": is_new,
        "outcome": uploaded.outcome if uploaded else None,
        "refusal": shown,
        **page_links(request, page),
    }
    status = shown.status if shown else 422 if uploaded else 200
    return setup_page(request, "setup/substitutes.html", (verbs.SETUP_KIND,), context, status=status)
