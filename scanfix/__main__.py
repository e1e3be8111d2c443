"""`python -m scanfix`: the same as the command `scanfix`."""

from scanfix.cli import main

if __name__ == "__main__":
    main()
