"""What is wrong with a publication, a campaign file or a deployed stack."""
