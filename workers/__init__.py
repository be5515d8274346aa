"""Celery: thin tasks that join store, core and database."""
