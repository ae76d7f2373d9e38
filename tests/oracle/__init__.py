"""A plain reference of the decision rules, and the comparison of the decision core with it."""
