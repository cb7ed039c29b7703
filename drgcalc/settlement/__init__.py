"""The money half: policy, fund formula, points, point value, ledger, identities. No files, no clock, no locale."""
