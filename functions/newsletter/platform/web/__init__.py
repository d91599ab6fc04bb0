"""HTTP: requests to our pages, and our requests to other servers."""
