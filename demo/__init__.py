"""Portals on loopback, a mailbox, and the main job once."""
