"""API Gateway lets in what its routes and the account give, and says of the rest what no reader understands."""

from __future__ import annotations

from rehearsal.limits.front_door import FrontDoor, Limit, of_stack, too_many
from tests.template.stacks import stack

CLICK, LEAVE = "ANY /c/{token}/{link}", "ANY /unsubscribe/{token}"


class Clock:
    """Unix time, moved by hand."""

    def __init__(self) -> None:
        self.now = 1_795_500_000.0

    def __call__(self) -> float:
        return self.now


def admitted(door: FrontDoor, route: str, requests: int) -> int:
    return sum(door.lets_in(route) for _ in range(requests))


def test_a_route_takes_its_burst_and_then_its_rate() -> None:
    clock = Clock()
    door = FrontDoor({LEAVE: Limit(rate=10, burst=5)}, Limit(1, 1), clock)
    assert admitted(door, LEAVE, 20) == 5
    clock.now += 0.2
    assert admitted(door, LEAVE, 20) == 2
    clock.now += 60
    assert admitted(door, LEAVE, 20) == 5


def test_no_route_takes_what_another_has() -> None:
    clock = Clock()
    door = of_stack(stack(), clock)
    for _ in range(10):
        assert admitted(door, CLICK, 20_000) > 0
        assert admitted(door, LEAVE, 100) == 100
        clock.now += 1


def test_the_account_has_a_limit_for_all_routes() -> None:
    door = FrontDoor({}, Limit(1_000, 1_000), Clock(), account=Limit(10, 10))
    assert admitted(door, CLICK, 8) + admitted(door, LEAVE, 8) == 10


def test_five_thousand_clicks_a_second_come_in_for_as_long_as_they_last() -> None:
    clock = Clock()
    door = of_stack(stack(), clock)
    for _ in range(300):
        clock.now += 0.1
        assert admitted(door, CLICK, 500) == 500


def test_who_is_not_let_in_gets_the_words_of_api_gateway() -> None:
    assert (too_many().status, too_many().body) == (429, b'{"message":"Too Many Requests"}')
