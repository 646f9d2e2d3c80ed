"""The command line of khop.

``main`` runs one command line, ``app`` lists the commands, ``commands/`` holds them. ``messages/``
holds every sentence in both languages.
"""
