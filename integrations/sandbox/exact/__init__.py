"""Exact Online, as its documentation and recordings describe it."""
