"""Mailings: what is sent to whom (digest, campaign, sequence step), how it is planned, and its status."""
