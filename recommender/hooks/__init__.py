"""What runs inside Claude Code, and what puts it there."""
