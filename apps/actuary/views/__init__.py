"""Pages of the actuary: closes, what-ifs."""
