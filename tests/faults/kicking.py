"""Run as a process with the web's settings: kick twice and print how many seconds each kick took."""

from __future__ import annotations

import time

import django


def main() -> None:
    django.setup()
    from kernel.kick import kick

    for _ in range(2):
        started = time.monotonic()
        kick("orders.tasks.plan_dirty")  # outside a transaction: at once
        print(time.monotonic() - started)


if __name__ == "__main__":
    main()
