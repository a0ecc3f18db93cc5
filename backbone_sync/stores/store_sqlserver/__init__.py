"""The store in SQL Server: `store.SqlServerStore` keeps `interfaces.Storage` by the statements of
`statements_sqlserver` and `state_sqlserver`."""
