# Managed by Backbone Daerah (stage notify): changes made here are undone by the next apply.
# Looks how our scheduled tasks and the services that matter stand, and hands that to the messenger, which tells a person
# and gives the sign of life. `backbone-notify.ps1 -Test` sends a message to try the way.
[CmdletBinding()]
param(
    [switch]$Test
)

$ErrorActionPreference = 'Stop'
$root = Join-Path -Path $env:ProgramFiles -ChildPath 'Backbone'
$folder = Join-Path -Path $env:ProgramData -ChildPath 'Backbone\notify'
$file = Join-Path -Path $folder -ChildPath 'state\states.json'
$python = Join-Path -Path $root -ChildPath 'python\python.exe'
$messenger = Join-Path -Path $root -ChildPath 'bin\backbone_notify.py'
$env:CREDENTIALS_DIRECTORY = $folder
$env:STATE_DIRECTORY = Join-Path -Path $folder -ChildPath 'state'
$env:PYTHONNOUSERSITE = '1'
$env:PYTHONUTF8 = '1'

if ($Test) {
    & $python -I $messenger failed test
    exit $LASTEXITCODE
}

# By name: "success", how it failed, or "" where nothing can be said now.
$states = @{}
foreach ($one in Get-ScheduledTask -TaskPath '\Backbone\') {
    # The messenger does not tell of itself: whoever waits for its sign of life does.
    if ($one.TaskName -eq 'Notify' -or [string]$one.State -eq 'Disabled') { continue }
    $result = [long]($one | Get-ScheduledTaskInfo).LastTaskResult
    $state = 'success'
    # Running, never run yet, queued.
    if ([string]$one.State -eq 'Running' -or $result -in 267009, 267011, 267045) { $state = '' }
    elseif ($result -ne 0) { $state = 'status {0}' -f $result }
    $states[$one.TaskName] = $state
}
foreach ($name in 'WinRM', 'mpssvc', 'w32time', 'wuauserv', 'WinDefend', 'MSSQLSERVER', 'windows_exporter', 'WireGuardTunnel$wg-backbone') {
    $service = Get-CimInstance -ClassName Win32_Service -Filter ("Name='{0}'" -f $name)
    # One that is not to run by itself may rest.
    if ($null -eq $service -or $service.StartMode -ne 'Auto') { continue }
    $states[$name] = 'success'
    # Windows stops and starts these by itself at need.
    if ($service.State -ne 'Running' -and $service.ExitCode -ne 0) { $states[$name] = 'exit {0}' -f $service.ExitCode }
}
[System.IO.File]::WriteAllText($file, (ConvertTo-Json -InputObject $states -Compress))
& $python -I $messenger check $file
exit $LASTEXITCODE
