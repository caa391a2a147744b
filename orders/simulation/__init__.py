"""Planning beside the live plan: what would come of changed inputs, and how two plans differ."""
