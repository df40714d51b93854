"""Pure rules of billing. Amounts are integers in millionths of the currency's main unit."""
