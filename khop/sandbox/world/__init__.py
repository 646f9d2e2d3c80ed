"""One seeded province: dossiers, people, paper, and planted differences."""
