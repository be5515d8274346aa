"""One container a module: bytes to blocks."""
