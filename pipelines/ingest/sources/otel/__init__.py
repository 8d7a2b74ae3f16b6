"""OpenTelemetry GenAI spans."""

from pipelines.ingest.sources.otel.spawns import is_mine, read

__all__ = ["is_mine", "read"]
