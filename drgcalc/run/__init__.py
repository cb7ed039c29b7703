"""The order of work of each command: regions, periods, publishing, manifests."""
