# Stops services that no such server uses and keeps them from starting; those that it does not have do no harm. Takes
# version 1 of file sharing out of force.
[CmdletBinding(SupportsShouldProcess)]
param(
    # Names of services.
    [Parameter(Mandatory)]
    [string[]]$Services
)

$ErrorActionPreference = 'Stop'
$Ansible.Changed = $false
$shared = @(Get-CimInstance -ClassName Win32_Printer -Filter 'Shared=True')
foreach ($name in $Services) {
    $found = Get-CimInstance -ClassName Win32_Service -Filter ("Name='{0}'" -f $name)
    if ($null -eq $found) { continue }
    # A server that prints for others goes on doing so.
    if ($name -eq 'Spooler' -and $shared.Count -gt 0) { continue }
    if ($found.StartMode -eq 'Disabled' -and $found.State -eq 'Stopped') { continue }
    $Ansible.Changed = $true
    if ($Ansible.CheckMode) { continue }
    Stop-Service -Name $name -Force
    Set-Service -Name $name -StartupType Disabled
}
if ((Get-SmbServerConfiguration).EnableSMB1Protocol) {
    $Ansible.Changed = $true
    $words = @{ EnableSMB1Protocol = $false; Force = $true }
    if (-not $Ansible.CheckMode) { Set-SmbServerConfiguration @words }
}
