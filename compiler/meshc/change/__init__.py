"""Takes findings and files, gives files: fixes that are checked before anything is written."""
