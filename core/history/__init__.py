"""History: operations, versions, what changed, rollback. See docs/architecture.md, "core/ — the ground"."""
