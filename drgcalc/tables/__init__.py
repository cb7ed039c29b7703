"""Where schemes come from and go to: import of published layouts, check, comparison and export of table folders."""
