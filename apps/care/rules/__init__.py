"""Pure rules of care: what a visit says about the child, and what follows from it."""
