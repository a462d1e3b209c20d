"""A bank to practise with: own process, own store, faults on demand.  Knows nothing of the portal."""
