"""What a report shows: plain data, from which every reporter reads and to which none adds."""
