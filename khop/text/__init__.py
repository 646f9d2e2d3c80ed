"""Pure text functions: normal form, cleaning, masking, safe display, sentences, local time."""
