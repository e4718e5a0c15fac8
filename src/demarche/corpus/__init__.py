"""What there is to learn from: gold annotations, synthetic text, agreement and folds."""
