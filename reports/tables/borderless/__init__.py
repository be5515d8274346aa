"""Tables without upright rules: rows of figures told by their columns, labels by the rows they stand beside.

A page's free lines are parted into prose and stretches of table. Within a stretch the full rows give the columns, so
that a blank is known by its place; row rules, where there are some, give the rows; without rules the wrapped pieces of
labels are dealt out to the rows in order, so that the labels they make are most like the form's.
"""
