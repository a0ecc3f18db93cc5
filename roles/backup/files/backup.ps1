# Managed by Backbone Daerah (stage backup): changes made here are undone by the next apply.
# Makes one encrypted backup of the region's database, reads it back, says so to the monitoring, and lets go of sets
# that are older than those to be kept. Ends with 1 where any of that failed; a scheduled task then shows it.
[CmdletBinding()]
param(
    [Parameter(Mandatory)]
    [ValidateSet('full', 'differential', 'log')]
    [string]$Kind,

    # How many full backups are kept, with all that rests on them.
    [ValidateRange(1, 520)]
    [int]$KeepFull = 4
)

$ErrorActionPreference = 'Stop'
$root = Join-Path -Path $env:ProgramData -ChildPath 'Backbone'
$folder = Join-Path -Path $root -ChildPath 'backup'
$now = [DateTime]::UtcNow
$file = Join-Path -Path $folder -ChildPath ('{0}-{1}.bak' -f $now.ToString("yyyyMMdd'T'HHmmss'Z'"), $Kind)

function Invoke-Statement {
    param([string]$Name, [string]$File)
    $text = [System.IO.File]::ReadAllText((Join-Path -Path $PSScriptRoot -ChildPath ('backup-{0}.sql' -f $Name)))
    $connection = New-Object -TypeName System.Data.SqlClient.SqlConnection -ArgumentList 'Data Source=lpc:localhost;Integrated Security=True'
    $connection.Open()
    try {
        $command = $connection.CreateCommand()
        # A large database takes its time; the next run waits for its task.
        $command.CommandTimeout = 0
        $command.CommandText = $text
        $null = $command.Parameters.AddWithValue('@file', $File)
        $null = $command.ExecuteNonQuery()
    }
    finally {
        $connection.Dispose()
    }
}

try {
    Invoke-Statement -Name $Kind -File $file
    Invoke-Statement -Name 'verify' -File $file
}
catch {
    # Half a backup must not be taken for one.
    if (Test-Path -LiteralPath $file) { Remove-Item -LiteralPath $file -Force }
    [Console]::Error.WriteLine($_.Exception.Message)
    exit 1
}

if ($Kind -eq 'full') {
    $sets = @(Get-ChildItem -LiteralPath $folder -Filter '*-full.bak' | Sort-Object -Property Name -Descending)
    if ($sets.Count -gt $KeepFull) {
        # Names begin with their time, so that they sort by it.
        $first = $sets[$KeepFull - 1].Name
        Get-ChildItem -LiteralPath $folder -Filter '*.bak' |
            Where-Object { [string]::CompareOrdinal($_.Name, $first) -lt 0 } |
            Remove-Item -Force
    }
}

$seconds = [long]($now - [DateTime]'1970-01-01').TotalSeconds
$metric = Join-Path -Path $root -ChildPath ('metrics\backup-{0}.prom' -f $Kind)
$lines = @(
    '# HELP backbone_backup_newest_seconds When the newest backup of a kind was made and read back.',
    '# TYPE backbone_backup_newest_seconds gauge',
    ('backbone_backup_newest_seconds{{kind="{0}"}} {1}' -f $Kind, $seconds)
)
[System.IO.File]::WriteAllText($metric + '.new', ($lines -join "`n") + "`n")
Move-Item -LiteralPath ($metric + '.new') -Destination $metric -Force
exit 0
