"""How we speak HTTP and French: routing, errors, templates, components."""
