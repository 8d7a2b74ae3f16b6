"""Take a person's data out again, everywhere, and show that it is gone."""
