"""Pictures of pages: decoded, made straight, cut into lines and recognised (``picture``), their size checked before
(``headers``)."""
