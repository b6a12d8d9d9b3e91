"""The benchmark: how fast the pipeline, the rate limits and the desk are, against a floor."""
