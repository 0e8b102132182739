"""The proof that nothing leaks: the house looks at the running portal as sampled people, and compares with the rule."""
