"""Portal families: bytes in, plain data out."""
