"""khop.toml: its tables and keys, and what khop builds from them.

::

    model          every table and key of khop.toml
    own_tables     the tables of it that change khop's own tables
    load           a file -> a checked Config
    domain_tables  Config -> Tables: calendar, codes, units, deadlines, ...
    adapters       finds the installed adapters, builds those of a Config
"""
