"""What a payer's policy asks at order time, and what of it is documented: a policy is data, its criteria are named."""
