"""One article's text in; its sentences, statements and their speakers out."""
