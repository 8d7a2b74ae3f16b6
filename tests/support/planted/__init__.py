"""A self-made history with planted truths, and what the marts must find in it."""
