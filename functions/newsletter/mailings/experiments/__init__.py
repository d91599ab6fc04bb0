"""A/B tests of subjects, and campaigns that are sent again to those who did not click."""
