"""What turns texts into vectors: on this machine, or by a server."""
