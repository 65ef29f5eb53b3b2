"""One file per page: what it asks the API, and what it hands to its template."""
