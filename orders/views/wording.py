"""Templates: the words of messages, drafted by colleagues, put in force by admins, looked at with a real order."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_POST, require_safe

from kernel.bounds import whole_number
from kernel.errors import DomainError, Invalid, NotFound
from kernel.forms import VerbForm
from kernel.pages import render_page
from notifications.channels.short import sms_parts
from notifications.delivering.trying_out import send_test
from notifications.delivering.trying_text import own_number, send_test_text, texts_left
from notifications.models import Template, TemplateStatus
from notifications.texts import wording
from notifications.texts.rendering import Mail
from notifications.texts.words import EMAIL, Slot
from notifications.views import MAIL_POLICY
from orders.dialogue.message_preview import preview, preview_order
from orders.queries.wording import Shown, find_shown, history_of, slot_facts, table

EDIT, ACTIVATE = "notifications.edit_template", "notifications.activate_template"
LOOKS = (("html", "Mail"), ("phone", "Phone"), ("text", "Text"))
SCHEMES = (("light", "Light"), ("dark", "Dark"))
_DARK = "@media (prefers-color-scheme: dark)"

SlotView = Callable[..., HttpResponse]
see = permission_required("orders.view_backlog", raise_exception=True)


class WordsForm(VerbForm):
    subject_line = forms.CharField(label="Subject", max_length=wording.MAX_SUBJECT, required=False)
    body_text = forms.CharField(
        label="Text", widget=forms.Textarea(attrs={"rows": 20, "spellcheck": "true"}), required=False, strip=False
    )
    revision = forms.IntegerField(widget=forms.HiddenInput, min_value=1)


def of_slot(view: SlotView) -> SlotView:
    """Give a view the slot that its address names, or answer 404."""

    @wraps(view)
    def found(request: HttpRequest, channel: str, kind: str, language: str, **kwargs: Any) -> HttpResponse:
        slot = Slot(kind, channel, language)
        try:
            wording.check_slot(slot)
        except NotFound as refusal:
            raise Http404(refusal.detail) from refusal
        return view(request, slot, **kwargs)

    return found


def action(permission: str) -> Callable[[SlotView], SlotView]:
    """Guard a POST view of a slot; a refusal becomes the screen with what is wrong on it."""

    def decorate(view: SlotView) -> SlotView:
        @require_POST
        @permission_required(permission, raise_exception=True)
        @of_slot
        @wraps(view)
        def guarded(request: HttpRequest, slot: Slot, **kwargs: Any) -> HttpResponse:
            try:
                return view(request, slot, **kwargs)
            except DomainError as refusal:
                return _page(request, slot, refusal=refusal)

        return guarded

    return decorate


@require_safe
@see
def templates(request: HttpRequest) -> HttpResponse:
    """Show which words are in force: every kind, channel and language."""
    return render_page(request, "orders/wording/templates.html", {"channels": table()})


@require_safe
@see
@of_slot
def template(request: HttpRequest, slot: Slot) -> HttpResponse:
    """Show a slot's draft, or the words in force, beside the message that they make."""
    return _page(request, slot)


@require_safe
@see
@of_slot
@xframe_options_sameorigin
def frame(request: HttpRequest, slot: Slot) -> HttpResponse:
    """Serve the preview's HTML for its frame, light or dark, under a policy by which nothing can load or run."""
    try:
        html = _preview(request, slot, _shown(request, slot)).body_html
    except DomainError as refusal:
        return HttpResponse(refusal.detail, content_type="text/plain; charset=utf-8", status=refusal.status)
    wanted = "@media all" if request.GET.get("scheme") == "dark" else "@media not all"
    return HttpResponse(html.replace(_DARK, wanted), headers={"Content-Security-Policy": MAIL_POLICY})


@action(EDIT)
def start(request: HttpRequest, slot: Slot) -> HttpResponse:
    """Begin a draft from the words in force."""
    draft = wording.start(slot, actor=request.user, now=timezone.now())
    messages.success(request, f"Draft v{draft.version} begun. Nothing is sent with it yet.")
    return _back(slot)


@action(EDIT)
def edit(request: HttpRequest, slot: Slot) -> HttpResponse:
    """Save the draft, and show the message that it makes."""
    form = WordsForm(request.POST)
    if not form.is_valid():
        return _page(request, slot, form=form)
    try:
        wording.edit(slot, **form.cleaned_data, actor=request.user, now=timezone.now())
    except Invalid as refusal:
        form.take_refusal(refusal)
        return _page(request, slot, form=form)
    return _back(slot, order=request.POST.get("order", ""))


@action(EDIT)
def discard(request: HttpRequest, slot: Slot) -> HttpResponse:
    """Put the draft aside, with a way back."""
    draft = wording.discard(slot, actor=request.user, now=timezone.now())
    undo = reverse("orders:template_restore", args=[*_named(slot), draft.version])
    messages.success(request, f"Draft v{draft.version} discarded", extra_tags=f"undo {undo}")
    return _back(slot)


@action(EDIT)
def restore(request: HttpRequest, slot: Slot, version: int) -> HttpResponse:
    """Take a discarded draft up again."""
    wording.restore(slot, version=version, actor=request.user, now=timezone.now())
    messages.success(request, f"v{version} is the draft again")
    return _back(slot)


@action(ACTIVATE)
def activate(request: HttpRequest, slot: Slot, version: int) -> HttpResponse:
    """Put a version in force; undoing that puts back what it replaced."""
    replaced = wording.activate(
        slot,
        version=version,
        revision=whole_number(request.POST.get("revision", "")),
        actor=request.user,
        now=timezone.now(),
    )
    if replaced:
        undo = reverse("orders:template_activate", args=[*_named(slot), replaced.version])
    else:
        undo = reverse("orders:template_shipped", args=_named(slot))
    messages.success(request, f"v{version} is in force from the next message on", extra_tags=f"undo {undo}")
    return _back(slot)


@action(ACTIVATE)
def use_shipped(request: HttpRequest, slot: Slot) -> HttpResponse:
    """Go back to the words that came with the product."""
    replaced = wording.use_shipped(slot, actor=request.user, now=timezone.now())
    undo = reverse("orders:template_activate", args=[*_named(slot), replaced.version])
    messages.success(request, "The standard words are in force again", extra_tags=f"undo {undo}")
    return _back(slot)


@action(EDIT)
def test(request: HttpRequest, slot: Slot) -> HttpResponse:
    """Send the message that is shown to whoever asks, and to nobody else."""
    if slot.channel != EMAIL:
        to, text = request.POST.get("to", ""), _preview(request, slot, _shown(request, slot))
        sent = send_test_text(text, to=to, actor=request.user, now=timezone.now())
        messages.success(request, f"Sent to {sent.recipient}")
        return HttpResponseRedirect(_link(request, slot))
    send_test(_preview(request, slot, _shown(request, slot)), to=request.user.get_username())
    messages.success(request, f"Sent to {request.user.get_username()}")
    return HttpResponseRedirect(_link(request, slot))


def _page(
    request: HttpRequest, slot: Slot, *, form: WordsForm | None = None, refusal: DomainError | None = None
) -> HttpResponse:
    shown = _shown(request, slot)
    draft = shown.row if shown.row and shown.row.status == TemplateStatus.DRAFT else None
    context = {
        "slot": slot,
        "facts": slot_facts(slot),
        "shown": shown,
        "draft": draft,
        "form": form or (_form_of(draft) if draft and request.user.has_perm(EDIT) else None),
        "history": history_of(slot),
        "refusal": refusal,
        "may_edit": request.user.has_perm(EDIT),
        "may_activate": request.user.has_perm(ACTIVATE),
        **_preview_context(request, slot, shown),
    }
    status = refusal.status if refusal else form.status if form and form.errors else 200
    return render_page(request, "orders/wording/template.html", context, status=status)


def _preview_context(request: HttpRequest, slot: Slot, shown: Shown) -> dict[str, Any]:
    """Return the message as it is shown, or why it cannot be, and where its other looks are."""
    look = _chosen(request, "look", LOOKS)
    scheme = _chosen(request, "scheme", SCHEMES)
    context: dict[str, Any] = {
        "look": look,
        "scheme": scheme,
        "looks": [(key, label, _link(request, slot, look=key)) for key, label in LOOKS],
        "schemes": [(key, label, _link(request, slot, scheme=key)) for key, label in SCHEMES],
        "is_mail": slot.channel == EMAIL,
        **({} if slot.channel == EMAIL else _test_facts(request)),
        "order_ref": request.GET.get("order", "")[:40],
    }
    try:
        order = preview_order(slot, ref=request.GET.get("order", "").strip())
        context["order_ref"] = order.ref
        context["mail"] = mail = preview(slot, shown.words, order, today=timezone.localdate())
        context["parts"] = sms_parts(mail.body_text)
    except DomainError as refusal:
        context["not_shown"] = refusal.detail
    return context


def _test_facts(request: HttpRequest) -> dict[str, Any]:
    return {"own_number": own_number(request.user), "texts_left": texts_left(request.user, now=timezone.now())}


def _preview(request: HttpRequest, slot: Slot, shown: Shown) -> Mail:
    order = preview_order(slot, ref=request.GET.get("order", "").strip())
    return preview(slot, shown.words, order, today=timezone.localdate())


def _shown(request: HttpRequest, slot: Slot) -> Shown:
    try:
        return find_shown(slot, version=whole_number(request.GET.get("version", "")))
    except NotFound as refusal:
        raise Http404(refusal.detail) from refusal


def _form_of(draft: Template) -> WordsForm:
    return WordsForm(initial={name: getattr(draft, name) for name in ("subject_line", "body_text", "revision")})


def _chosen(request: HttpRequest, name: str, choices: tuple[tuple[str, str], ...]) -> str:
    value = request.GET.get(name, "")
    return value if value in dict(choices) else choices[0][0]


def _named(slot: Slot) -> list[str]:
    return [slot.channel, slot.kind, slot.language]


def _link(request: HttpRequest, slot: Slot, **changes: str) -> str:
    """Return the screen's own address, also from that of an action that was refused."""
    return f"{_url(slot)}?{urlencode({**request.GET.dict(), **changes})}"


def _url(slot: Slot) -> str:
    return reverse("orders:template", args=_named(slot))


def _back(slot: Slot, *, order: str = "") -> HttpResponse:
    return HttpResponseRedirect(f"{_url(slot)}?{urlencode({'order': order})}" if order else _url(slot))
