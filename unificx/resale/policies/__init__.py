"""Pure rules of resellers: colours, logos, host names."""
