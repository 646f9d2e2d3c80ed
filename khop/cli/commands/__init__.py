"""One module for each errand. A command parses, calls the engine, prints, and answers an exit
code; what is decided is decided in the engine."""
