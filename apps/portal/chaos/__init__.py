"""Payments while everything around them breaks; each part of a run is a process of its own."""
