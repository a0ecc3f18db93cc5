# Disarms a rollback, over a connection that was opened after the change; fails where the server has undone it already.
[CmdletBinding(SupportsShouldProcess)]
param(
    # The change's name, as given to do-arm.ps1.
    [Parameter(Mandatory)]
    [string]$Name,

    # The script that would have undone it.
    [Parameter(Mandatory)]
    [string]$Script
)

$ErrorActionPreference = 'Stop'
$Ansible.Changed = $true
if ($Ansible.CheckMode) { return }

Unregister-ScheduledTask -TaskName ('Backbone-Rollback-' + $Name) -Confirm:$false
$fired = Join-Path -Path (Split-Path -Path $Script -Parent) -ChildPath 'fired'
if (Test-Path -LiteralPath $fired) {
    $at = [System.IO.File]::ReadAllText($fired).Trim()
    throw ('the change took longer than its time to prove itself; the server undid it at ' + $at)
}
