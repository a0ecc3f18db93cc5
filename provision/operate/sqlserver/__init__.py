"""The restore drill of SQL Server: T-SQL in files (`statements`), who says it (`talk`), what follows (`chain`, `work`).

What a drill observes is judged by the same `compare.judge` as PostgreSQL's. No real server has run it: simulated.
"""
