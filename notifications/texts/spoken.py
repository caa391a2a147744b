"""Which language a page for customers speaks: what its visitor chose there, else the customer's, else the browser's.

A page can speak what ``locale/`` has a catalogue for, besides English; colleagues' pages know nothing of this.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.translation.trans_real import parse_accept_lang_header

from notifications.texts.languages import DEFAULT, Language, language_of

COOKIE, PARAMETER = "page-language", "language"
COOKIE_SECONDS = 365 * 86_400


@cache
def page_codes() -> tuple[str, ...]:
    """Return the languages that pages can speak, by code."""
    catalogues = Path(settings.LOCALE_PATHS[0]).glob("*/LC_MESSAGES/django.mo")
    return tuple(sorted({DEFAULT, *(path.parent.parent.name for path in catalogues)}))


def speak(request: HttpRequest, answer: Callable[[], HttpResponse], *, preferred: str = "") -> HttpResponse:
    """Return ``answer()`` made in the language of the page, and keep in a cookie what the visitor chose."""
    code = _code_for(request, preferred)
    with translation.override(settings.LANGUAGE_CODE if code == DEFAULT else code):
        response = answer()
    if code == request.GET.get(PARAMETER):
        response.set_cookie(
            COOKIE, code, max_age=COOKIE_SECONDS, secure=request.is_secure(), httponly=True, samesite="Lax"
        )
    response["Content-Language"] = code
    return response


def spoken_now() -> Language:
    """Return the language that is active, with its words for days and reasons."""
    return language_of(translation.get_language() or DEFAULT)


def _code_for(request: HttpRequest, preferred: str) -> str:
    wishes = (request.GET.get(PARAMETER, ""), request.COOKIES.get(COOKIE, ""), preferred, *_browser(request))
    known = (_base(wish) for wish in wishes)
    return next((code for code in known if code in page_codes()), DEFAULT)


def _browser(request: HttpRequest) -> Iterable[str]:
    return (code for code, _ in parse_accept_lang_header(request.headers.get("Accept-Language", "")))


def _base(code: str) -> str:
    return code[:20].lower().replace("_", "-").partition("-")[0]
