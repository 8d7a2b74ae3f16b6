"""How fast a lookup answers, and that it does whatever happens: `python -m tests.benchmarks.lookup`."""
