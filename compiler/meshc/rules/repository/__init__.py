"""Rules on what a repository holds as a whole."""
