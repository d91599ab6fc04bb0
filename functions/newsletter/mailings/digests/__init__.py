"""The automatic digests: their periods, their approval, and which articles are new to which subscriber."""
