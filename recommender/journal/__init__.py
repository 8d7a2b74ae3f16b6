"""What happened at spawn time, noted in local files until the night loads it."""
