"""The organisation kept by its managers: units, who is under whom, who works where."""
