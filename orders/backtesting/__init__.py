"""Replaying the company's past day by day under other rules. Pure: arrays in, arrays out (docs/learning.md)."""
