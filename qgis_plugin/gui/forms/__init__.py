"""Forms made from the contract's settings."""
