-- Changes one row of the scratch database, which the comparison has to notice.
UPDATE [backbone_ops].[drill_canary] SET [written_at] = DATEADD(millisecond, 1, [written_at]) WHERE [number] = @number;
