# Does one thing for a restore drill of SQL Server: says a statement, or makes or removes a spoilt copy of a backup.
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
    return , $rows
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
