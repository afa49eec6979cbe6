"""What the documents report beside any criterion: figures, definitions, dissent. It decides nothing."""
