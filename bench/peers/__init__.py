"""The programs that are measured. Each does the work once and prints one line of JSON."""
