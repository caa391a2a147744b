"""The lowest layer: what every app needs and no app owns (errors, leases, retries, kicks, text)."""
