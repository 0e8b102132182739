"""Access requests: asked in a minute, answered by who must, ended by their date."""
