"""Orders on their way in: read, checked in one go, taken in once."""
