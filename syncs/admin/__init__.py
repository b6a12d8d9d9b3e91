"""The desk's pages: records first, then what makes them come and go."""

from syncs.admin import integrations, mappings, records, runs, syncs

__all__ = ["integrations", "mappings", "records", "runs", "syncs"]
