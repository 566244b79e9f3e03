"""The common model in Ciw: a network of 122 nodes, which draws its own letters."""

import ciw
from common_model import DAY, MEANS, PER_DAY, POOLS, Model

# Ciw refuses a row of routing probabilities that sums to a hair more than 1.
ALMOST_ONE = 1 - 1e-12


def simulate(model: Model) -> list[float]:
    """Seconds that each closed letter was in the system."""
    first, second, third = POOLS
    to_second = [0.0] * first + [ALMOST_ONE / second] * second + [0.0] * third
    to_third = [0.0] * (first + second) + [ALMOST_ONE / third] * third
    nowhere = [0.0] * sum(POOLS)
    network = ciw.create_network(
        arrival_distributions=[ciw.dists.Exponential(PER_DAY / DAY), *[None] * (second + third)],
        service_distributions=[
            ciw.dists.Exponential(1 / mean) for mean, pools in zip(MEANS, POOLS, strict=True) for _ in range(pools)
        ],
        number_of_servers=model.pools(),
        routing=[to_second] * first + [to_third] * second + [nowhere] * third,
    )
    ciw.seed(model.days)
    simulation = ciw.Simulation(network)
    simulation.simulate_until_max_time(model.horizon)
    records = simulation.get_all_records()
    received = {record.id_number: record.arrival_date for record in records if record.node == 1}
    return [record.exit_date - received[record.id_number] for record in records if record.node > first + second]
