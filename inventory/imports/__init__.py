"""Files that people bring: read strictly, refused whole when anything is wrong (docs/adr/0007)."""
