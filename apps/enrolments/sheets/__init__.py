"""The table in a file that a group hands in: kept sealed, read row by row, its rows numbered as Excel numbers them."""
