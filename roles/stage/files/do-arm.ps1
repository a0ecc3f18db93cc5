# Arms a rollback before a change that may lock people out: unless do-disarm.ps1 comes in time, a scheduled task runs
# the script that brings the kept state back. A rollback of an earlier run comes to its end first.
[CmdletBinding(SupportsShouldProcess)]
param(
    # One word that names the change.
    [Parameter(Mandatory)]
    [string]$Name,

    # Script on the server that undoes the change (full path).
    [Parameter(Mandatory)]
    [string]$Script,

    # How long the change has to prove itself.
    [int]$Seconds = 60
)

$ErrorActionPreference = 'Stop'
$Ansible.Changed = $true
if ($Ansible.CheckMode) { return }

$folder = Split-Path -Path $Script -Parent
$fired = Join-Path -Path $folder -ChildPath 'fired'
$task = 'Backbone-Rollback-' + $Name
$running = Get-ScheduledTask -TaskName $task -ErrorAction SilentlyContinue
for ($waited = 0; $null -ne $running -and $running.State -eq 'Running' -and $waited -lt 90; $waited++) {
    Start-Sleep -Seconds 1
    $running = Get-ScheduledTask -TaskName $task -ErrorAction SilentlyContinue
}
if (Test-Path -LiteralPath $fired) { Remove-Item -LiteralPath $fired -Force }

# Keeps the present state, in the words of the change's own script.
& $Script -Keep

$words = '-NoProfile -NonInteractive -ExecutionPolicy Bypass -File "{0}"' -f $Script
$action = New-ScheduledTaskAction -Execute 'powershell.exe' -Argument $words
$trigger = New-ScheduledTaskTrigger -Once -At ([DateTime]::Now.AddSeconds($Seconds))
$principal = New-ScheduledTaskPrincipal -UserId 'S-1-5-18' -LogonType ServiceAccount -RunLevel Highest
$settings = New-ScheduledTaskSettingsSet -StartWhenAvailable -AllowStartIfOnBatteries -DontStopIfGoingOnBatteries
$null = Register-ScheduledTask -TaskName $task -Action $action -Trigger $trigger -Principal $principal -Settings $settings -Force
