"""The figures of a mailing by language, topic, kind of reader, reason of a bounce, and reason for leaving."""
