"""Plan and fact: `formulas` are pure, `numbers` asks, `rows` puts lines together, `words` says and draws it."""
