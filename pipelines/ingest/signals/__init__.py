"""What the logs tell of how a spawn went, for every source alike."""
