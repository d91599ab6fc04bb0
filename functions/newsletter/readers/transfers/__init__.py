"""Lists of readers brought in and taken out in the background, for console and API."""
