"""What can go wrong while the product is being set up."""


class SetupError(Exception):
    """Something that the person at the keyboard can put right; the text says how."""


class StoppedError(Exception):
    """Somebody asked us to stop (Ctrl-C or SIGTERM) while we were waiting."""
