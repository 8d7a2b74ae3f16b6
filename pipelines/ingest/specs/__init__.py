"""Agents' specs: which there are, and what they declare."""
