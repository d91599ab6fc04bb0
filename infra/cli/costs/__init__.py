"""What the newsletter costs at AWS: prices with their date, what a mail and a visit use, and the bill."""
