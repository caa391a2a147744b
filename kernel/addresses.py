"""Parts of addresses: codes that we gave out or took in. What cannot be one leads nowhere, not to the database."""

from __future__ import annotations

from django.urls.converters import StringConverter

from kernel.text import is_plain


class CodeConverter(StringConverter):
    """``<code:ref>``: one part of a path, without control or invisible characters."""

    def to_python(self, value: str) -> str:
        """Return ``value``; raise ValueError, which Django takes for another address, when it is no code."""
        if not is_plain(value):
            raise ValueError(value)
        return value
