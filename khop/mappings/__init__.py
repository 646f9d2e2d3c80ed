"""Pure conversion between wire messages and khop's records: no input or output, no clock."""
