"""What each orchestrator writes, read into observations. A source knows nothing of the warehouse."""
