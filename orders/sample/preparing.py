"""What a company would have prepared for its agents: macros, and a ladder of compensation."""

from __future__ import annotations

from decimal import Decimal

from kernel.tiers import Tier
from kernel.transactions import require_transaction
from orders.models import CompensationKind, CompensationStep, Macro
from orders.models.telling import DateChoice

MACROS = (
    {
        "key": "s",
        "name": "Supplier is late",
        "guidance": "When the supplier has confirmed a new day in writing. Say that we pressed them, not who they are.",
        "choice": DateChoice.EXPECTED,
        "reason": "supplier_late",
    },
    {
        "key": "w",
        "name": "Second slip: be safe",
        "guidance": "When we have moved this order before. Give the date that we are sure of, and make up for it.",
        "choice": DateChoice.SAFE,
        "reason": "stock_short",
        "note": "We know that this is not the first time. The new date is one that we are sure of.",
        "notes": {
            "de": "Wir wissen, dass es nicht das erste Mal ist. Des neuen Termins sind wir uns sicher.",
            "fr": "Nous savons que ce n’est pas la première fois. De la nouvelle date, nous sommes sûrs.",
            "es": "Sabemos que no es la primera vez. De la nueva fecha estamos seguros.",
        },
        "compensates": True,
        "takes_over": True,
    },
    {
        "key": "r",
        "name": "Rescue",
        "guidance": "For a customer who would leave. Call before you send, and agree on the day.",
        "choice": DateChoice.EXPECTED,
        "note": "A colleague now looks after your order personally.",
        "notes": {
            "de": "Eine Kollegin oder ein Kollege kümmert sich jetzt persönlich um Ihre Bestellung.",
            "fr": "Quelqu’un de notre équipe s’occupe désormais personnellement de votre commande.",
            "es": "Una persona de nuestro equipo se ocupa ahora personalmente de su pedido.",
        },
        "compensates": True,
        "expedites": True,
        "takes_over": True,
    },
)
STEPS = (
    {"kind": CompensationKind.APOLOGY, "from_days_late": 1},
    {"kind": CompensationKind.SHIPPING, "amount": Decimal("4.95"), "from_days_late": 5},
    {"kind": CompensationKind.VOUCHER, "percent": 5, "from_days_late": 7, "from_value": Decimal(100)},
    {"kind": CompensationKind.VOUCHER, "percent": 10, "from_days_late": 14, "tier": Tier.GOLD},
    {"kind": CompensationKind.CREDIT, "amount": Decimal(25), "from_days_late": 14, "tier": Tier.PLATINUM},
)


def prepare_answers() -> None:
    """Write the macros and the ladder; participant of the caller's transaction."""
    require_transaction()
    Macro.objects.bulk_create(Macro(**said) for said in MACROS)
    CompensationStep.objects.bulk_create(CompensationStep(**said) for said in STEPS)
