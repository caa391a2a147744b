"""What no template may do."""

from __future__ import annotations

import re

from django.conf import settings

# A key from a thousand on would read "1,174", in words as in addresses and ids.
GROUPED_KEY = re.compile(r"\{\{ [\w.]*\bpk \}\}")


def test_keys_are_printed_without_separators() -> None:
    templates = (settings.BASE_DIR / "templates").rglob("*.html")

    assert [str(path) for path in templates if GROUPED_KEY.search(path.read_text())] == []
