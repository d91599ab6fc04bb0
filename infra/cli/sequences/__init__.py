"""`newsletter sequences`: what nurture series did, would do, and who is put into them."""
