"""The sample: real demand of a real wholesaler, replayed day by day against simulated supply (data/README.md)."""
