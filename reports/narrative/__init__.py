"""The text of a report: its paragraphs, its outline, what it is, whose and of which year."""
