"""Checks of the stack as it is deployed: parameters, functions, schedules, drift, logs."""
