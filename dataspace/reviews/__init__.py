"""Reviews of accesses: only the risky ones, to who may decide, in five minutes; what came of it can be proven."""
