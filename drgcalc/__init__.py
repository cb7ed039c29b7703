"""DRG and DIP grouping, points, point value and hospital settlement for a pooling region."""
