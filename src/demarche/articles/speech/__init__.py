"""Speech: sentences, quotations, and how each sentence conveys whose words."""
