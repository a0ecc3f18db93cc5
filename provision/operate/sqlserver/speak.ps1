# Does one thing for a drill or a restore of SQL Server: says a statement, makes or removes a spoilt copy of a backup, keeps
# or reads a record, stops or starts our scheduled tasks.
# What to do comes as JSON in base64. Answers one object: done, or the number and words of what went wrong.
$ErrorActionPreference = 'Stop'
$request = [System.Text.Encoding]::UTF8.GetString([System.Convert]::FromBase64String('@REQUEST@')) | ConvertFrom-Json

function Invoke-Statement {
    param($Request)
    $builder = New-Object -TypeName System.Data.SqlClient.SqlConnectionStringBuilder
    $builder['Data Source'] = 'lpc:localhost'
    $builder['Initial Catalog'] = $Request.database
    $builder['Integrated Security'] = $true
    $connection = New-Object -TypeName System.Data.SqlClient.SqlConnection -ArgumentList $builder.ConnectionString
    $connection.Open()
    $rows = New-Object -TypeName System.Collections.ArrayList
    try {
        $command = $connection.CreateCommand()
        # A large database takes its time; whoever waits has a limit of its own.
        $command.CommandTimeout = 0
        $command.CommandText = $Request.statement
        foreach ($one in $Request.values.PSObject.Properties) {
            $null = $command.Parameters.AddWithValue('@' + $one.Name, $one.Value)
        }
        $reader = $command.ExecuteReader()
        do {
            while ($reader.Read()) {
                $row = @{}
                for ($at = 0; $at -lt $reader.FieldCount; $at++) {
                    $value = $reader.GetValue($at)
                    if ($value -is [System.DBNull]) { $value = $null }
                    elseif ($value -is [byte[]] -or $value -is [Guid] -or $value -is [DateTime]) { $value = [string]$value }
                    $row[$reader.GetName($at)] = $value
                }
                $null = $rows.Add($row)
            }
        } while ($reader.NextResult())
    }
    finally {
        $connection.Dispose()
    }
    # One by one: whoever calls makes a list of none, one or many.
    return $rows.ToArray()
}

$answer = @{ done = $true }
try {
    switch ($request.do) {
        'ask' { $answer.rows = @(Invoke-Statement -Request $request) }
        'spoil' {
            $copy = $request.file + '.spoilt'
            Copy-Item -LiteralPath $request.file -Destination $copy -Force
            $stream = [System.IO.File]::Open($copy, 'Open', 'ReadWrite')
            try {
                $null = $stream.Seek([long]($stream.Length / 2), 'Begin')
                $byte = $stream.ReadByte()
                $null = $stream.Seek(-1, 'Current')
                $other = [byte](255 - $byte)
                $stream.WriteByte($other)
            }
            finally {
                $stream.Dispose()
            }
            $answer.file = $copy
        }
        'keep' {
            # The record of a drill, where the audit looks for it, or of a restore in hand; none where there is no text.
            $folder = Join-Path -Path $env:ProgramData -ChildPath 'Backbone\status'
            $null = [System.IO.Directory]::CreateDirectory($folder)
            foreach ($one in $request.texts.PSObject.Properties) {
                $file = Join-Path -Path $folder -ChildPath ('{0}.json' -f $one.Name)
                if (-not $one.Value) {
                    if (Test-Path -LiteralPath $file) { Remove-Item -LiteralPath $file -Force }
                    continue
                }
                [System.IO.File]::WriteAllText($file + '.new', [string]$one.Value)
                Move-Item -LiteralPath ($file + '.new') -Destination $file -Force
            }
        }
        'kept' {
            $file = Join-Path -Path $env:ProgramData -ChildPath ('Backbone\status\{0}.json' -f $request.name)
            $answer.text = ''
            if (Test-Path -LiteralPath $file -PathType Leaf) { $answer.text = [System.IO.File]::ReadAllText($file) }
        }
        'tasks' {
            # Those of our tasks that run by themselves, of the ones that were asked for.
            $answer.names = @(Get-ScheduledTask -TaskPath '\Backbone\' -ErrorAction SilentlyContinue |
                    Where-Object { $request.names -contains $_.TaskName -and [string]$_.State -ne 'Disabled' } |
                    ForEach-Object { [string]$_.TaskName })
        }
        'pause' {
            foreach ($name in $request.names) {
                $null = Disable-ScheduledTask -TaskPath '\Backbone\' -TaskName $name
                Stop-ScheduledTask -TaskPath '\Backbone\' -TaskName $name
            }
        }
        'resume' {
            foreach ($name in $request.names) { $null = Enable-ScheduledTask -TaskPath '\Backbone\' -TaskName $name }
            foreach ($name in $request.start) { Start-ScheduledTask -TaskPath '\Backbone\' -TaskName $name }
        }
        'forget' {
            # Nothing but a copy of our own making is ever removed.
            if ($request.file.EndsWith('.spoilt') -and (Test-Path -LiteralPath $request.file)) {
                Remove-Item -LiteralPath $request.file -Force
            }
        }
    }
}
catch {
    $fault = $_.Exception
    while ($null -ne $fault.InnerException) { $fault = $fault.InnerException }
    $number = 0
    if ($fault -is [System.Data.SqlClient.SqlException]) { $number = $fault.Number }
    $answer = @{ number = $number; said = $fault.Message }
}
ConvertTo-Json -InputObject $answer -Depth 5 -Compress
