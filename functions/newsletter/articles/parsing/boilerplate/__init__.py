"""What surrounds articles on a page and is none of them: elements, texts, and the words by which they are told."""
