"""template.yaml and its nested files, read, resolved and created in an emulator."""
