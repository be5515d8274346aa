"""The command line: asks and prints, decides nothing. The contract is docs/commands.md."""
