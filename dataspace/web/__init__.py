"""How we speak HTTP: guarded routes, request context, errors, headers, the frame of pages."""
