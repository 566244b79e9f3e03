"""Requirements on the real IT system, and tests of it: throughput targets, load, replay and exports."""
