"""A task as text, at spawn time and at night alike: cleaned, without secrets, cut."""
