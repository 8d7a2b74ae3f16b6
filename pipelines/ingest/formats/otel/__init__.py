"""OpenTelemetry GenAI spans."""

from pipelines.ingest.formats.otel.spawns import is_mine, read

__all__ = ["is_mine", "read"]
