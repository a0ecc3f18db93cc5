-- The canaries of this drill that came back.
SELECT c.[number] AS [number]
FROM [backbone_ops].[drill_canary] AS c
WHERE c.[drill] = @mark;
