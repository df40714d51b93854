"""Rating of calls outside, in memory: the longest prefix in a deck of 50,000 rates, and the price."""

import random
import time
from datetime import date

from bench import Metric, metric
from unificx.billing.machine.deck_csv import DeckReader
from unificx.billing.machine.rates import Deck, Rate, charge

RATES, CALLS, LINES = 50_000, 100_000, 50_000
GOAL_US = 15
SEED = 14


def run() -> list[Metric]:
    chance = random.Random(SEED)
    prefixes = {"".join(chance.choices("123456789", k=chance.randint(2, 10))) for _ in range(RATES * 2)}
    deck = Deck(Rate(prefix, chance.randint(1, 500_000), 30, 6, 1_000) for prefix in sorted(prefixes)[:RATES])
    calls = [("".join(chance.choices("123456789", k=11)), chance.randint(1, 3_600)) for _ in range(CALLS)]
    day, matched = date(2027, 3, 1).toordinal(), 0
    began = time.process_time()
    for destination, seconds in calls:
        rate = deck.find(destination, day)
        if rate is not None:
            charge(rate, seconds)
            matched += 1
    rating = (time.process_time() - began) / CALLS
    reader = DeckReader("prefix,price,first,next,name")
    began = time.process_time()
    for line in range(LINES):
        reader.rate(f"49{line},0.0125,60,1,Somewhere")
    reading = (time.process_time() - began) / LINES
    return [
        metric(f"a call, {matched * 100 // CALLS} % with a rate, of {RATES:,} rates", rating * 1e6, "us", GOAL_US),
        metric("a line of a rate deck", reading * 1e6, "us"),
    ]
