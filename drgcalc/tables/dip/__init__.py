"""DIP directories: import of the national workbook and of city directories, check, comparison and export."""
