"""Replays of trials on public outcomes of agents."""
