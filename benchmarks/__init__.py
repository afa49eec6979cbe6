"""Speed against stated floors: `make bench`."""
