"""Opening what is confidential or protected: one person proposes, another one confirms."""
