"""What happened after each treatment of each lesion."""
