"""What requests and the description of the API say of audiences."""
