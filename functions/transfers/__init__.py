"""Transfers: lists of readers brought in and taken out in the background."""
