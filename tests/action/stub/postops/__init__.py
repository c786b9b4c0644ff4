"""Stands in for the installed package where a test is about action.yml alone."""
