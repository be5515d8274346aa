"""Watching portals: spider, portal families, the child process that runs them."""
