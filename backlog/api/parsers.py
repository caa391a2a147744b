from __future__ import annotations

from rest_framework.parsers import JSONParser


class StrictJSONParser(JSONParser):
    """One JSON document; NaN and Infinity are refused."""

    strict = True
