"""What holds for every operation, added to the OpenAPI document once instead of on each view."""

from __future__ import annotations

from typing import Any

ERROR = {
    "type": "object",
    "description": "The one form of every refusal. Nothing was changed.",
    "required": ["code", "detail", "fields"],
    "properties": {
        "code": {"type": "string", "description": "Stable, for machines", "example": "stale"},
        "detail": {"type": "string", "description": "What to do instead, for people"},
        "fields": {
            "type": "object",
            "description": "What is wrong with which field",
            "additionalProperties": {"type": "string"},
            "example": {"lines.2.qty": "Give a whole number from 1 to 1,000,000."},
        },
    },
}
REFUSED = {
    "description": "400 malformed, 401, 403, 404, 409 conflict, 413, 415, 422 invalid, 503 busy",
    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}},
}
IDEMPOTENCY_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "The same key and body happen once and get the same answer; in flight 409, another body 422.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 200},
}


def add_common_parts(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """Give every operation the error form, and every POST its Idempotency-Key (a drf-spectacular hook)."""
    result["components"]["schemas"]["Error"] = ERROR
    for operations in result["paths"].values():
        for method, operation in operations.items():
            operation["responses"]["default"] = REFUSED
            if method == "post":
                operation.setdefault("parameters", []).append(IDEMPOTENCY_KEY)
    return result
