"""The desk's pages: records first, then what makes them come and go."""

from syncs.admin import failures, integrations, mappings, records, retries, runs, syncs

__all__ = ["failures", "integrations", "mappings", "records", "retries", "runs", "syncs"]
