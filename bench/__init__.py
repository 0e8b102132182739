"""How fast the portal is, as ratios over the best that the same machine can do in the same run."""
