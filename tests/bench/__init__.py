"""``make bench``: privlint beside a bare parse and its peers, on the same applications, alternately in one run."""
