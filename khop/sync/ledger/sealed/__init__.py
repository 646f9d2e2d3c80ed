"""What the audit log holds of other tables, and whether it is as khop wrote it."""
