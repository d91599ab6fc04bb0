"""The automatic digests: periods, approval, what is new to whom."""
