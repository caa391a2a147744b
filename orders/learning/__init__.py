"""Learning from the company's own past which lines become late. Pure: arrays in, arrays out (docs/learning.md)."""
