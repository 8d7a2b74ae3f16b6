"""Serving tables -> the recommender's snapshot, and the nightly report."""
