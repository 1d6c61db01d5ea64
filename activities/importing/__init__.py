"""The import of the table a small firm has kept so far: clients with a contact person and a deal, and what was done."""
