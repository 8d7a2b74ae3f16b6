"""Ask the lookup what it will answer to the work that was seen, so that marts price those very answers."""
