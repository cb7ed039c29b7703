"""DIP (按病种分值付费): code expressions, the scheme of a directory, and its matching."""
