"""Alembic's entry: run the migrations on the connection the ledger hands over."""

from alembic import context

from khop.sync.ledger.schema import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
with context.begin_transaction():
    context.run_migrations()
