"""Who is named in a text: countries and persons found, marked as slots, and filled anew."""
