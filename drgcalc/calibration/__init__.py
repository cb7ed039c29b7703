"""From history: scores, coefficients, the opening point value, and a DIP directory of a city's own."""
