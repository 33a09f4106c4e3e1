"""From YAML files to claims: strict loading, the JSON Schemas, and the project's settings."""
