"""Text that people typed, made safe to keep: no control, bidi-override or zero-width characters, composed, trimmed."""

from __future__ import annotations

import re
import unicodedata

from kernel.errors import Invalid

_FORBIDDEN = re.compile(
    "[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff\ud800-\udfff]"
)


def is_plain(value: str) -> bool:
    """Tell whether ``value`` could be a code that we gave out or took in: no control or invisible characters.

    What is not plain is not worth a query, and some of it (NUL, lone surrogates) PostgreSQL cannot even be asked about.
    """
    return not _FORBIDDEN.search(value)


def without_invisible(value: str) -> str:
    """Return text of strangers, which cannot be sent back to be mended, composed and without such characters."""
    return unicodedata.normalize("NFC", _FORBIDDEN.sub("", value).replace("\r\n", "\n"))


def clean_text(value: str, *, field: str, max_length: int, multiline: bool = False) -> str:
    """Return ``value`` NFC-normalised and trimmed; raise Invalid naming ``field`` when it cannot be kept as it is."""
    text = unicodedata.normalize("NFC", value).replace("\r\n", "\n").strip()
    if _FORBIDDEN.search(text) or (not multiline and ("\n" in text or "\t" in text)):
        raise Invalid("Remove control or invisible characters.", fields={field: "Contains invisible characters."})
    if len(text) > max_length:
        raise Invalid(f"At most {max_length} characters.", fields={field: f"At most {max_length} characters."})
    return text


def clean_code(value: str, *, field: str, max_length: int) -> str:
    """Return a code for something new: plain text that an address (``/products/CODE/``) can hold."""
    code = clean_text(value, field=field, max_length=max_length)
    if not code or "/" in code or not code.strip("."):
        wrong = "Give a code of letters and digits, without a slash."
        raise Invalid(wrong, fields={field: wrong})
    return code
