"""What the directory gives: the mapping table, the waiting room, and people brought from a file."""
