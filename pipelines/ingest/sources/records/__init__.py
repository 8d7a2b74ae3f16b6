"""The record format."""

from pipelines.ingest.sources.records.records import is_mine, read

__all__ = ["is_mine", "read"]
