"""The identity provider that comes with the demonstration: a real Canaille, in its own venv and process."""
