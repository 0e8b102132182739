"""Tools that people ask for: a board, a data set, a form that does not exist yet; followed until it is answered."""
