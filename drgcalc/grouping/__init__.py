"""Records to disease groups: a scheme's tables, the official rule language, the compiled engine, and why."""
