"""Pages: fetch what the reader may see, rule, form, service, response."""
