"""What is measured: each module is a program that does the work once and prints one JSON line."""
