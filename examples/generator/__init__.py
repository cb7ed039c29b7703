"""The generator of the example regions: invented patients, stays, costs and mistakes, the same at every run."""
