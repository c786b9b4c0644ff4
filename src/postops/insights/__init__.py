"""What came of it: counts from the platforms, and the committed state as SQL views."""
