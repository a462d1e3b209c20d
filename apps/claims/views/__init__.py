"""Pages of claims: filing, one's bills, the officer's queue."""
