"""Writing calls, applications, decisions and the ledger."""
