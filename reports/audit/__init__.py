"""What an auditor takes along: dossiers on paper, a random sample of them by a printed seed, combined duties."""
