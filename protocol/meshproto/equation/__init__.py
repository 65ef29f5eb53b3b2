"""Value equations `ve/1`: how an income becomes amounts (08-equations). Integers and exact rationals only."""
