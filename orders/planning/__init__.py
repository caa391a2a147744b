"""The planning core: pure functions on NumPy arrays. No Django, no clock, no randomness."""
