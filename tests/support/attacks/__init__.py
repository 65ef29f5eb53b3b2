"""Those who keep no rules: peers, pages, texts."""
