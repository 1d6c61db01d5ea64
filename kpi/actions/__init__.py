"""The verbs of the room: `settings` (indicators), `norms`, `later` (objections, corrections), `pay` (money)."""
