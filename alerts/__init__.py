"""What is told to whom: deciding, composing, sending."""
