"""Checks of what is outside of the stack: feeds, the CRM, the issuer of tokens, the clock."""
