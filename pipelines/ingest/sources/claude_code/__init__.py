"""Transcripts of Claude Code, versions 1.0.98 on."""
