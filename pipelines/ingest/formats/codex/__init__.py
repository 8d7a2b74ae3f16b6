"""Codex CLI rollouts."""

from pipelines.ingest.formats.codex.rollout import is_mine, read

__all__ = ["is_mine", "read"]
