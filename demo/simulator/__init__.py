"""Portals of made-up governments on loopback, as the software of real ones answers: for the tests and the demonstration.

Every portal is served over HTTP with real bytes. The day is set by the caller; the same seed gives the same bytes; what is
true on a day (which reports stand where, and what nobody could read) is told by the portal itself."""
