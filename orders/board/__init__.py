"""The board beside its rows: filters, views that people keep, files, how the backlog was day by day."""
