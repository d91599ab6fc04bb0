"""The parts of judging visits: the signals of one request, bursts of many, and what follows from all verdicts."""
