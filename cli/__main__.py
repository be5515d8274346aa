"""``python -m cli``: the console script by another name."""

from cli.app import main

main()
