"""How well the product routes: public outcomes, the product's own code, and its peers."""
