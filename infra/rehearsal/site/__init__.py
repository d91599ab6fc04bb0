"""Everything that answers over HTTP: the API, the pages of the rehearsal, the sample blog, the CRM and the sign-in."""
