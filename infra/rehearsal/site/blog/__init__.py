"""The blog of the sample publication: a feed and pages to try the newsletter on, without any network."""
