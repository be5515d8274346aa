"""The reader's version, for whoever asks what a stored reading is worth without loading the reader."""

from __future__ import annotations

# Raise it with every change that may read a stored document differently: stored readings are then made anew, in the
# background (``models.readings.renew``).
READER_VERSION = "12"
