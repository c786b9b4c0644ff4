"""Diagnostics, plans and results as text, JSON, GitHub annotations, SARIF and Markdown.

Every function takes values and returns a string; printing is the command line's.
"""
