"""Pages of reports: the office's, and the one that a link opens."""
