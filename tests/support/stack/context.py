"""The second argument of a handler."""

from __future__ import annotations


class Context:
    """What Lambda tells a handler of its surroundings, as far as we look."""

    function_name = "test"
    memory_limit_in_mb = 1024
    invoked_function_arn = "arn:aws:lambda:eu-north-1:123456789012:function:test"
    aws_request_id = "test"

    def get_remaining_time_in_millis(self) -> int:
        """Plenty."""
        return 60_000
