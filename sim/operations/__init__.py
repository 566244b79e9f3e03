"""What the engineers of the real system take from a simulation: throughput targets, load, replay, exports."""
