"""Checks of SES: access, identity, configuration set, quota, and the way of its events."""
