# Managed by Backbone Daerah (stage audit): changes made here are undone by the next apply.
# backbone-audit.ps1 run | push | keys: the server's audit of itself.
[CmdletBinding()]
param(
    [Parameter(Mandatory)]
    [ValidateSet('run', 'push', 'keys')]
    [string]$Verb
)

$ErrorActionPreference = 'Stop'
$root = Join-Path -Path $env:ProgramFiles -ChildPath 'Backbone'
$shelf = Join-Path -Path $env:ProgramData -ChildPath 'Backbone\audits'
# Nothing waits, no Python.
if ($Verb -eq 'push' -and -not (Test-Path -LiteralPath (Join-Path -Path $shelf -ChildPath 'waiting'))) { exit 0 }
$release = [System.IO.File]::ReadAllText((Join-Path -Path $root -ChildPath 'audit\current.txt')).Trim()
$env:PYTHONPATH = Join-Path -Path $root -ChildPath ('audit\releases\{0}\program' -f $release)
$env:PYTHONNOUSERSITE = '1'
$env:PYTHONDONTWRITEBYTECODE = '1'
$env:PYTHONUTF8 = '1'
& (Join-Path -Path $root -ChildPath 'python\python.exe') -P -m provision.selfaudit $Verb
exit $LASTEXITCODE
