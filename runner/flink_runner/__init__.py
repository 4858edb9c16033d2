"""Plans and submits Flink jobs, SQL statements or PyFlink code, as a description says; see runner/README.md."""
