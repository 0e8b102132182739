"""Cards of everything: datasets with their files, and links to what exists elsewhere."""
