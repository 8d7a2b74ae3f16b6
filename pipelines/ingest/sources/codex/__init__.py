"""Codex CLI rollouts."""

from pipelines.ingest.sources.codex.rollout import is_mine, read

__all__ = ["is_mine", "read"]
