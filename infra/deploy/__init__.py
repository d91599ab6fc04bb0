"""Deploys a stage: its parameters and its account are looked at first, and what a person needs next is printed last."""
