"""Ratios of medians in one run: `python -m benchmarks`. Nothing here is a test."""
