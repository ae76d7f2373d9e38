"""`python -m meshc` is `meshc`."""

from meshc.cli import main

if __name__ == "__main__":
    main()
