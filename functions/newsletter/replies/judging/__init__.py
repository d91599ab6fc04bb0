"""Who wrote an answer, a person or a program, and whether they wish to leave."""
