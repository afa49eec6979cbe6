"""Da Vinci CRD: coverage information about an order, only by what the operator was told of a payer."""
