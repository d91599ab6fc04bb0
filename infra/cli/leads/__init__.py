"""`newsletter leads`: leads, what becomes of them, and the CRM's endpoint."""
