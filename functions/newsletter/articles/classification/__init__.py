"""Topics of articles: keywords in all their inflected forms, categories, and the names of topics. Pure."""
