"""The whole stack in one process, built from template.yaml and infra/*.yaml."""
